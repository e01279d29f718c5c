%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The pool and its connections.
%%
%% rest_for_one: a connection reports to the pool when it starts. A pool that was restarted knows
%% no connection, so the connections, which come after it, are restarted with it.
-module(shop_payment_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => rest_for_one, intensity => 3, period => 30},
    {ok, {Flags, [#{id => shop_payment_pool, start => {shop_payment_pool, start_link, []}},
                  #{id => shop_connection_sup, start => {shop_connection_sup, start_link, []},
                    type => supervisor, shutdown => infinity}]}}.
