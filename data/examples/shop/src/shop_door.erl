%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Lets customers in, one now and then as long as there is room, and calls out a sale every two
%% minutes: then many order at once, and it is rush hour at the packer's.
-module(shop_door).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(ROOM, 25).
-define(PAUSE_MS, 6000).
-define(SALE_MS, 120000).

start_link() ->
    gen_server:start_link({local, ?MODULE}, ?MODULE, [], []).

init([]) ->
    self() ! open,
    {ok, 1}.

handle_call(visitors, _From, Next) ->
    {reply, Next - 1, Next}.

handle_cast(_Message, Next) ->
    {noreply, Next}.

handle_info(open, Next) ->
    erlang:send_after(?PAUSE_MS, self(), next),
    erlang:send_after(?SALE_MS, self(), sale),
    {noreply, let_in(?ROOM, Next)};
handle_info(next, Next) ->
    erlang:send_after(?PAUSE_MS, self(), next),
    {noreply, let_in(1, Next)};
handle_info(sale, Next) ->
    erlang:send_after(?SALE_MS, self(), sale),
    lists:foreach(fun shop_customer:sale/1, shop_directory:all(customer)),
    {noreply, Next}.

%% A full shop lets nobody in.
let_in(Count, Next) ->
    Room = max(0, ?ROOM - length(shop_directory:all(customer))),
    Numbers = lists:seq(Next, Next + min(Count, Room) - 1),
    [{ok, _} = shop_crowd_sup:add(shop_customer_sup, Number) || Number <- Numbers],
    Next + length(Numbers).
