%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A cart: what a customer has picked so far. It is given back when it is emptied.
-module(shop_cart).
-behaviour(gen_server).

-export([start_link/1, put/2, empty/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Customer) ->
    gen_server:start_link(?MODULE, Customer, []).

put(Cart, Article) ->
    gen_server:cast(Cart, {put, Article}).

empty(Cart) ->
    gen_server:call(Cart, empty).

init(Customer) ->
    shop_label:set({cart_of, Customer}),
    {ok, []}.

handle_call(empty, _From, Articles) ->
    {stop, normal, Articles, []}.

handle_cast({put, Article}, Articles) ->
    {noreply, [Article | Articles]}.
