%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Messages of traces to the program: numbered, with credit, and never suspending the tracer.  All
%% traces of a program share one of these; acknowledgements come to the tracer.
-module(ov_probe_stream).
-include("ov_probe.hrl").
-export([new/1, ack/2, has_credit/1, starved_ms/2, send/2, force/2, starve/1]).

new(To) ->
    #{to => To, sent => 0, acked => 0, since => none}.

ack(Seq, #{acked := Acked, sent := Sent} = Out) when is_integer(Seq), Seq > Acked, Seq =< Sent ->
    Out#{acked := Seq, since := none};
ack(_, Out) ->
    Out.

has_credit(#{sent := Sent, acked := Acked}) -> Sent - Acked < ?CREDIT.

%% For how long nothing could be sent.
starved_ms(_, #{since := none}) -> 0;
starved_ms(Now, #{since := Since}) -> Now - Since.

%% Make(Seq) is the message: {sent, Out} or {full, Out}.
send(Make, Out) ->
    case has_credit(Out) of
        true -> transmit(Make, Out);
        false -> {full, starve(Out)}
    end.

%% Beyond the credit, for what must be told.
force(Make, Out) ->
    transmit(Make, Out).

transmit(Make, #{to := To, sent := Sent} = Out) ->
    case erlang:send(To, Make(Sent + 1), [nosuspend, noconnect]) of
        ok -> {sent, Out#{sent := Sent + 1}};
        noconnect -> exit(normal);
        nosuspend -> {full, starve(Out)}
    end.

starve(#{since := none} = Out) -> Out#{since := erlang:monotonic_time(millisecond)};
starve(Out) -> Out.
