%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% one_for_one: eight connections to the bank, each on its own. One that breaks is replaced, the
%% others keep working.
-module(shop_connection_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

-define(CONNECTIONS, 8).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => one_for_one, intensity => 10, period => 60},
    {ok, {Flags, [connection(Number) || Number <- lists:seq(1, ?CONNECTIONS)]}}.

connection(Number) ->
    #{id => {connection, Number}, start => {shop_connection, start_link, [Number]}}.
