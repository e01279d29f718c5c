%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The top of the shop.
%%
%% rest_for_one: the children stand in the order of their dependence. Everything below the
%% directory finds others through it, so when the directory dies, all that follows it is
%% restarted too; when the door dies, nothing else has to know.
-module(shop_sup).
-behaviour(supervisor).

-export([start_link/0, init/1]).

start_link() ->
    supervisor:start_link({local, ?MODULE}, ?MODULE, []).

init([]) ->
    Flags = #{strategy => rest_for_one, intensity => 5, period => 60},
    {ok, {Flags, [worker(shop_directory),
                  events(),
                  supervisor(shop_warehouse_sup),
                  supervisor(shop_payment_sup),
                  supervisor(shop_order_sup),
                  supervisor(shop_visitor_sup)]}}.

worker(Module) ->
    #{id => Module, start => {Module, start_link, []}}.

supervisor(Module) ->
    #{id => Module, start => {Module, start_link, []}, type => supervisor, shutdown => infinity}.

%% The modules of an event manager change at run time, which is what `dynamic` says.
events() ->
    #{id => shop_events, start => {shop_events, start_link, []}, modules => dynamic}.
