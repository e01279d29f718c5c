%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Lets customers in, one now and then, and a whole group at rush hour, once a minute.
-module(shop_door).
-behaviour(gen_server).

-export([start_link/0]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(AT_OPENING, 25).
-define(AT_MOST, 40).
-define(GROUP, 15).
-define(PAUSE_MS, 700).
-define(RUSH_MS, 60000).

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
    erlang:send_after(?RUSH_MS, self(), rush),
    {noreply, let_in(?AT_OPENING, Next)};
handle_info(next, Next) ->
    erlang:send_after(rand:uniform(2 * ?PAUSE_MS), self(), next),
    {noreply, let_in(1, Next)};
handle_info(rush, Next) ->
    erlang:send_after(?RUSH_MS, self(), rush),
    {noreply, let_in(?GROUP, Next)}.

%% A full shop lets nobody in.
let_in(Count, Next) ->
    Room = max(0, ?AT_MOST - shop_directory:count(customer)),
    Numbers = lists:seq(Next, Next + min(Count, Room) - 1),
    [{ok, _} = shop_crowd_sup:add(shop_customer_sup, Number) || Number <- Numbers],
    Next + length(Numbers).
