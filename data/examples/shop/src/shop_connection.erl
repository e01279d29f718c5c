%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A connection to the bank, with a heartbeat. Now and then the bank answers nonsense, more often to a
%% charge than to a heartbeat, and then the connection does the right thing: it crashes, and
%% its supervisor opens a new one.
-module(shop_connection).
-behaviour(gen_server).

-export([start_link/1, charge/3]).
-export([init/1, handle_call/3, handle_cast/2, handle_info/2]).

-define(ONE_IN_CHARGES, 10).
-define(ONE_IN_BEATS, 500).
-define(BEAT_MS, 1500).

start_link(Number) ->
    gen_server:start_link({via, shop_directory, {connection, Number}}, ?MODULE, Number, []).

charge(Connection, Order, Cents) ->
    gen_server:call(Connection, {charge, Order, Cents}).

init(Number) ->
    shop_label:set({connection, Number}),
    ok = shop_payment_pool:join(self()),
    erlang:send_after(rand:uniform(?BEAT_MS), self(), heartbeat),
    {ok, #{number => Number, charged => 0}}.

handle_call({charge, Order, Cents}, _From, #{charged := Charged} = State) ->
    ask_bank({order, Order}, ?ONE_IN_CHARGES),
    {reply, {ok, {receipt, Order, Cents}}, State#{charged := Charged + Cents}}.

handle_cast(_Message, State) ->
    {noreply, State}.

handle_info(heartbeat, State) ->
    erlang:send_after(?BEAT_MS, self(), heartbeat),
    ask_bank(heartbeat, ?ONE_IN_BEATS),
    {noreply, State}.

%% There is no bank; a charge takes as long as if there were.
ask_bank(Question, OneIn) ->
    timer:sleep(20 + rand:uniform(80)),
    case rand:uniform(OneIn) of
        1 -> exit({gateway_failed, {unexpected_answer, <<"HTTP/1.1 502 Bad Gateway">>}, Question});
        _ -> ok
    end.
