%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_stream_tests).
-include_lib("eunit/include/eunit.hrl").

credit_test() ->
    Send = fun(Out) -> ov_probe_stream:send(fun(Seq) -> {message, Seq} end, Out) end,
    Full = lists:foldl(fun(_, Out) -> {sent, Next} = Send(Out), Next end,
                       ov_probe_stream:new(self()), lists:seq(1, 40)),
    {full, Starved} = Send(Full),
    [receive {message, N} -> ok end || N <- lists:seq(1, 40)],
    receive {message, _} -> error(too_many) after 0 -> ok end,
    ?assert(ov_probe_stream:starved_ms(erlang:monotonic_time(millisecond) + 10, Starved) >= 10),
    %% What was not sent cannot be acknowledged.
    ?assertNot(ov_probe_stream:has_credit(ov_probe_stream:ack(41, Starved))),
    Again = ov_probe_stream:ack(1, Starved),
    ?assert(ov_probe_stream:has_credit(Again)),
    ?assertEqual(0, ov_probe_stream:starved_ms(erlang:monotonic_time(millisecond), Again)),
    {sent, _} = ov_probe_stream:force(fun(Seq) -> {message, Seq} end, Full),
    receive {message, 41} -> ok end.
