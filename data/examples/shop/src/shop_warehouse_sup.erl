%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% one_for_all: the catalogue, the stock and the packer agree on which articles there are. A
%% stock that is counted anew does not fit a catalogue or a parcel from before, so when
%% one of them dies, all three start again.
-module(shop_warehouse_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => one_for_all, intensity => 3, period => 30},
    {ok, {Flags, [#{id => Module, start => {Module, start_link, []}}
                  || Module <- [shop_catalogue, shop_stock, shop_packer]]}}.
