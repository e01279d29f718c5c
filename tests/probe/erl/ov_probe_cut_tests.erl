%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_cut_tests).
-include_lib("eunit/include/eunit.hrl").

small_terms_stay_test() ->
    Terms = [a, 1, 1.5, <<"text">>, <<1:3>>, [], [1, 2 | 3], {a, {b}}, #{k => [v]}, self(),
             fun lists:map/2, "string", 1 bsl 100],
    [?assertEqual({Term, false}, ov_probe_cut:cut(Term)) || Term <- Terms].

long_list_test() ->
    {View, true} = ov_probe_cut:cut(lists:seq(1, 100000), 10, 5),
    ?assert(length(View) =< 11),
    ?assertEqual('…', lists:last(View)).

wide_tuple_test() ->
    {View, true} = ov_probe_cut:cut(erlang:make_tuple(100000, x), 10, 5),
    ?assert(tuple_size(View) =< 11).

large_map_test() ->
    {View, true} = ov_probe_cut:cut(maps:from_list([{N, N} || N <- lists:seq(1, 100000)]), 10, 5),
    ?assert(map_size(View) =< 11).

deep_test() ->
    Deep = lists:foldl(fun(_, Acc) -> [Acc] end, end_, lists:seq(1, 100000)),
    {View, true} = ov_probe_cut:cut(Deep, 1000, 5),
    ?assert(erts_debug:flat_size(View) < 100).

%% 2^60 words without sharing: only the budget is walked.
shared_test() ->
    Shared = lists:foldl(fun(_, Acc) -> [Acc | Acc] end, [], lists:seq(1, 60)),
    {Us, {_, true}} = timer:tc(fun() -> ov_probe_cut:cut(Shared, 200, 12) end),
    ?assert(Us < 100000).

binary_test() ->
    {View, true} = ov_probe_cut:cut(binary:copy(<<"x">>, 1000000)),
    ?assertEqual(256, byte_size(View)),
    ?assertEqual(256, binary:referenced_byte_size(View)).

bits_test() ->
    {View, true} = ov_probe_cut:cut(<<0:80001>>),
    ?assertEqual(256, byte_size(View)).

fun_test() ->
    Environment = lists:seq(1, 100000),
    {View, true} = ov_probe_cut:cut(fun() -> Environment end),
    ?assertMatch({'fun', ?MODULE, _, 0}, View).

huge_integer_test() ->
    ?assertEqual({'…', true}, ov_probe_cut:cut(1 bsl 100000)).
