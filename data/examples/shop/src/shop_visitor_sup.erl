%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% one_for_one: carts, customers, and the door that lets customers in. Each can be restarted
%% without the others.
-module(shop_visitor_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => one_for_one, intensity => 3, period => 30},
    {ok, {Flags, [crowd(shop_cart_sup, shop_cart, temporary),
                  crowd(shop_customer_sup, shop_customer, transient),
                  #{id => shop_door, start => {shop_door, start_link, []}}]}}.

%% A supervisor for many processes of one kind.
crowd(Name, Module, Restart) ->
    #{id => Name, start => {shop_crowd_sup, start_link, [Name, Module, Restart]},
      type => supervisor, shutdown => infinity}.
