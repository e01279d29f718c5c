%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A connection to the bank. One charge in fifty meets a bank that answers nonsense, and then the
%% connection does the right thing: it crashes, and its supervisor opens a new one.
-module(shop_connection).
-behaviour(gen_server).

-export([start_link/1, charge/3]).
-export([init/1, handle_call/3, handle_cast/2]).

-define(TROUBLE, 50).

start_link(Number) ->
    gen_server:start_link({via, shop_directory, {connection, Number}}, ?MODULE, Number, []).

charge(Connection, Order, Cents) ->
    gen_server:call(Connection, {charge, Order, Cents}).

init(Number) ->
    shop_label:set({connection, Number}),
    ok = shop_payment_pool:join(self()),
    {ok, #{number => Number, charged => 0}}.

handle_call({charge, Order, Cents}, _From, #{charged := Charged} = State) ->
    timer:sleep(20 + rand:uniform(80)),
    case rand:uniform(?TROUBLE) of
        1 -> exit({gateway_failed, {unexpected_answer, <<"HTTP/1.1 502 Bad Gateway">>}, {order, Order}});
        _ -> {reply, {ok, {receipt, Order, Cents}}, State#{charged := Charged + Cents}}
    end.

handle_cast(_Message, State) ->
    {noreply, State}.
