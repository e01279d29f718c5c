%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% A stream of records to the program: one message for many records, sent without ever
%% suspending the sender, and only as long as the program acknowledges (the credit).
%% Each process that streams has one of these as a value; acknowledgements go to it directly.
-module(ov_probe_out).
-include("ov_probe.hrl").
-export([new/1, add/2, flush/1, flush_wait/1, ack/2, drain/1, is_due/1, is_empty/1,
         has_credit/1, drop/1]).

new(To) ->
    #{to => To, records => [], n => 0, since => 0, sent => 0, acked => 0}.

%% Only collects; the caller flushes when is_due/1 says so.
add(Record, #{records := Records, n := 0} = Out) ->
    Out#{records := [Record | Records], n := 1, since := now_ms()};
add(Record, #{records := Records, n := N} = Out) ->
    Out#{records := [Record | Records], n := N + 1}.

is_due(#{n := 0}) -> false;
is_due(#{n := N}) when N >= ?BATCH_RECORDS -> true;
is_due(#{since := Since}) -> now_ms() - Since >= ?BATCH_MS.

is_empty(#{n := N}) -> N =:= 0.

has_credit(#{sent := Sent, acked := Acked}) -> Sent - Acked < ?CREDIT.

%% {ok, Out}, or {full, Out} with the records still in it.
flush(#{n := 0} = Out) ->
    {ok, Out};
flush(#{to := To, records := Records, sent := Sent} = Out) ->
    Message = {ov_batch, self(), Sent + 1, erlang:system_time(nanosecond),
               lists:reverse(Records)},
    case has_credit(Out) andalso erlang:send(To, Message, [nosuspend, noconnect]) of
        ok -> {ok, Out#{records := [], n := 0, sent := Sent + 1}};
        noconnect -> exit(normal);
        _ -> {full, Out}
    end.

%% Waits for credit; the lease ends us when the program is gone.
flush_wait(Out) ->
    case flush(drain(Out)) of
        {ok, Done} ->
            Done;
        {full, Full} ->
            receive {ov_ack, Seq} -> flush_wait(ack(Seq, Full))
            after 5 -> flush_wait(Full)
            end
    end.

ack(Seq, #{acked := Acked, sent := Sent} = Out) when is_integer(Seq), Seq > Acked, Seq =< Sent ->
    Out#{acked := Seq};
ack(_, Out) ->
    Out.

drain(Out) ->
    receive {ov_ack, Seq} -> drain(ack(Seq, Out))
    after 0 -> Out
    end.

%% Throws the collected records away: {HowMany, Out}.
drop(#{n := N} = Out) ->
    {N, Out#{records := [], n := 0}}.

now_ms() ->
    erlang:monotonic_time(millisecond).
