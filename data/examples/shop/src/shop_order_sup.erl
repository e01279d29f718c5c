%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% simple_one_for_one: orders are all alike and come and go. They are temporary: an order
%% that fails is not placed again behind the customer's back.
-module(shop_order_sup).
-behaviour(supervisor).

-export([start_link/0, start_order/3, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

start_order(Number, Customer, Articles) ->
    supervisor:start_child(?MODULE, [Number, Customer, Articles]).

init([]) ->
    Flags = #{strategy => simple_one_for_one, intensity => 5, period => 10},
    {ok, {Flags, [#{id => shop_order, start => {shop_order, start_link, []}, restart => temporary}]}}.
