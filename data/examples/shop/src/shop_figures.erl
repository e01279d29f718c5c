%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A handler of shop_events that counts what happened.
-module(shop_figures).
-behaviour(gen_event).

-export([init/1, handle_event/2, handle_call/2]).

init([]) ->
    {ok, #{}}.

handle_event(Event, Figures) ->
    What = element(1, Event),
    {ok, maps:update_with(What, fun(Count) -> Count + 1 end, 1, Figures)}.

handle_call(get, Figures) ->
    {ok, Figures, Figures}.
