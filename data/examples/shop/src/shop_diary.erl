%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A handler of shop_events that remembers the newest events.
-module(shop_diary).
-behaviour(gen_event).

-export([init/1, handle_event/2, handle_call/2]).

init([{keep, Max}]) ->
    {ok, {Max, []}}.

handle_event(Event, {Max, Events}) ->
    {ok, {Max, lists:sublist([Event | Events], Max)}}.

handle_call(get, {_Max, Events} = State) ->
    {ok, Events, State}.
