%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_event_tests).
-include_lib("eunit/include/eunit.hrl").

small_stays_test() ->
    Event = {trace_ts, self(), send, {ping, self(), 1}, self(), 7},
    ?assertEqual(Event, ov_probe_event:trim(Event, 50)).

%% {Bytes, View} stands where the term stood; whoever sent or got it stays.
cut_places_test_() ->
    Large = lists:seq(1, 1000),
    Size = erlang:external_size(Large),
    Me = self(),
    [?_assertMatch({trace_cut, Me, send, {Size, _}, Me, 7},
                   ov_probe_event:trim({trace_ts, Me, send, Large, Me, 7}, 50)),
     ?_assertMatch({trace_cut, Me, 'receive', {Size, _}, 7},
                   ov_probe_event:trim({trace_ts, Me, 'receive', Large, 7}, 50)),
     ?_assertMatch({trace_cut, Me, 'receive', {Size, _}, undefined, 7},
                   ov_probe_event:trim({trace_ts, Me, 'receive', Large, undefined, 7}, 50)),
     ?_assertMatch({trace_cut, Me, return_from, {m, f, 1}, {Size, _}, 7},
                   ov_probe_event:trim({trace_ts, Me, return_from, {m, f, 1}, Large, 7}, 50)),
     ?_assertMatch({trace_cut, Me, spawn, Me, {_, {m, f, [_ | _]}}, 7},
                   ov_probe_event:trim({trace_ts, Me, spawn, Me, {m, f, [Large]}, 7}, 50)),
     ?_assertMatch({seq_trace, 1, {send, {0, 1}, Me, Me, [1 | _]}, 7},
                   ov_probe_event:trim({seq_trace, 1, {send, {0, 1}, Me, Me, Large}, 7}, 50))].

%% A view is never larger than what it stands for is allowed to be, however the term is built.
bounded_test() ->
    Shared = lists:foldl(fun(_, Acc) -> [Acc, Acc] end, [], lists:seq(1, 18)),
    Terms = [lists:seq(1, 100000), binary:copy(<<1>>, 1000000), {binary:copy(<<0>>, 100000), x},
             maps:from_list([{N, N} || N <- lists:seq(1, 5000)]), Shared,
             list_to_tuple(lists:seq(1, 10000)), 1 bsl 100000, [a | b]],
    lists:foreach(fun(Term) ->
                          Event = {trace_ts, self(), 'receive', Term, 7},
                          Trimmed = ov_probe_event:trim(Event, 50),
                          ?assert(erlang:external_size(Trimmed) < 4000)
                  end, Terms).

kinds_test_() ->
    [?_assertEqual(Kind, ov_probe_event:kind(Word))
     || {Word, Kind} <- [{send, send}, {send_to_non_existing_process, send}, {'receive', 'receive'},
                         {exception_from, call}, {in_exiting, running}, {gc_major_end, garbage_collection},
                         {open, ports}, {spawned, procs}, {exit, procs}, {getting_linked, procs}]].
