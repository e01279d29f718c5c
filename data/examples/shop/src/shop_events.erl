%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The notice board: an event manager that tells all its handlers what happened in the shop.
%% Whoever tells something does not know, and does not wait for, whoever listens.
-module(shop_events).

-export([start_link/0, tell/1, figures/0]).

start_link() ->
    {ok, Pid} = gen_event:start_link({local, ?MODULE}),
    ok = gen_event:add_handler(Pid, shop_figures, []),
    ok = gen_event:add_handler(Pid, shop_diary, [{keep, 200}]),
    {ok, Pid}.

%% Event: {ordered | paid | shipped | delivered, Order, Cents} | {payment_failed, Order, Reason}
tell(Event) ->
    gen_event:notify(?MODULE, Event).

figures() ->
    gen_event:call(?MODULE, shop_figures, get).
