%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A cart: what a customer has picked so far. It lives as long as its customer stays.
-module(shop_cart).
-behaviour(gen_server).

-export([start_link/1, put/2, empty/1, give_back/1]).
-export([init/1, handle_call/3, handle_cast/2]).

start_link(Customer) ->
    gen_server:start_link(?MODULE, Customer, []).

put(Cart, Article) ->
    gen_server:cast(Cart, {put, Article}).

%% What was in it, at the till.
empty(Cart) ->
    gen_server:call(Cart, empty).

give_back(Cart) ->
    gen_server:cast(Cart, give_back).

init(Customer) ->
    shop_label:set({cart_of, Customer}),
    {ok, []}.

handle_call(empty, _From, Articles) ->
    {reply, Articles, []}.

handle_cast({put, Article}, Articles) ->
    {noreply, [Article | Articles]};
handle_cast(give_back, Articles) ->
    {stop, normal, Articles}.
