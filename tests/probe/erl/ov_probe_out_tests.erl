%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_out_tests).
-include_lib("eunit/include/eunit.hrl").
-include("ov_probe.hrl").

order_test() ->
    Out = ov_probe_out:add(b, ov_probe_out:add(a, ov_probe_out:new(self()))),
    {ok, Sent} = ov_probe_out:flush(Out),
    receive {ov_batch, From, 1, _, [a, b]} -> ?assertEqual(self(), From) end,
    ?assert(ov_probe_out:is_empty(Sent)).

credit_test() ->
    Full = fill(ov_probe_out:new(self()), ?CREDIT),
    ?assertNot(ov_probe_out:has_credit(Full)),
    {full, Kept} = ov_probe_out:flush(ov_probe_out:add(x, Full)),
    ?assertNot(ov_probe_out:is_empty(Kept)),
    {ok, _} = ov_probe_out:flush(ov_probe_out:ack(1, Kept)),
    {1, Empty} = ov_probe_out:drop(Kept),
    ?assert(ov_probe_out:is_empty(Empty)),
    forget().

%% Acknowledging what was never sent, or twice, gives no credit.
false_ack_test() ->
    Full = fill(ov_probe_out:new(self()), ?CREDIT),
    ?assertEqual(Full, ov_probe_out:ack(?CREDIT + 1, Full)),
    Half = ov_probe_out:ack(10, Full),
    ?assertEqual(Half, ov_probe_out:ack(5, Half)),
    ?assertEqual(Half, ov_probe_out:ack(nonsense, Half)),
    forget().

fill(Out, 0) ->
    Out;
fill(Out, N) ->
    {ok, Sent} = ov_probe_out:flush(ov_probe_out:add(N, Out)),
    fill(Sent, N - 1).

forget() ->
    receive {ov_batch, _, _, _, _} -> forget() after 0 -> ok end.
