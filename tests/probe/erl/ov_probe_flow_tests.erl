%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_flow_tests).
-include_lib("eunit/include/eunit.hrl").

%% The counters live in the process that counts.
isolated(Test) ->
    {Pid, Mon} = spawn_monitor(Test),
    receive {'DOWN', Mon, process, Pid, Reason} -> ?assertEqual(normal, Reason) end.

wide(Event, Id) -> ov_probe_flow:one(Event, Id, {wide, #{}}).

send(From, To, Message, Time) -> {trace_ts, From, send, Message, To, Time}.

edges(Id) ->
    {Lost, Pieces} = ov_probe_flow:take(Id),
    Edges = lists:append([E || {_, {E, _}} <- Pieces]),
    ?assertEqual(lists:sum([N || {N, _} <- Pieces]), lists:sum([N || {_, _, _, N, _} <- Edges])),
    {Lost, lists:sort(Edges), lists:append([L || {_, {_, L}} <- Pieces])}.

shapes_test_() ->
    Me = self(),
    Ref = make_ref(),
    [?_assertEqual(Shape, ov_probe_flow:shape(Term))
     || {Term, Shape} <- [{ok, ok}, {17, '_'}, {<<"x">>, '_'}, {[], []}, {[1], '_'}, {#{a => 1}, '_'},
                          {{add, 1, 2}, {add, '_', '_'}},
                          {{'$gen_call', {Me, Ref}, {get, 1}}, {'$gen_call', '_', {get, '_'}}},
                          {{Ref, ok}, {'_', ok}}, {{Me, Ref}, '_'}, {{Me, [alias | Ref]}, '_'},
                          {#{'__struct__' => 'Elixir.X', a => 1}, #{'__struct__' => 'Elixir.X'}},
                          {{1, {2, {3, {4, {5}}}}}, {'_', {'_', {'_', {'_', '_'}}}}},
                          {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10},
                           {'_', '_', '_', '_', '_', '_', '_', '_', '…'}}]].

counts_test() ->
    isolated(fun() ->
        Me = self(),
        [?assertEqual(1, wide(send(Me, Me, {add, N}, N), 1)) || N <- lists:seq(1, 100)],
        wide(send(Me, Me, other, 1), 1),
        wide(send(Me, Me, {add, 1}, 1), 2),
        Bytes = lists:sum([erlang:external_size({add, N}) || N <- lists:seq(1, 100)]),
        {0, Edges, []} = edges(1),
        ?assertEqual(lists:sort([{Me, Me, {add, '_'}, 100, Bytes},
                                 {Me, Me, other, 1, erlang:external_size(other)}]), Edges),
        ?assertMatch({0, [{Me, Me, {add, '_'}, 1, _}], []}, edges(2)),
        ?assertEqual({0, [], []}, edges(1)),
        wide(send(Me, Me, {add, 1}, 1), 1),
        ?assertMatch({0, [{Me, Me, {add, '_'}, 1, _}], []}, edges(1))
    end).

%% An answer that goes to an alias is an edge to who asked, with the time between.
latency_test() ->
    isolated(fun() ->
        Client = self(),
        Server = spawn(fun() -> ok end),
        Ref = make_ref(),
        wide(send(Client, Server, {'$gen_call', {Client, [alias | Ref]}, get}, 1000), 1),
        wide(send(Server, Ref, {[alias | Ref], 42}, 4000), 1),
        {0, Edges, Latencies} = edges(1),
        ?assertEqual([{Client, Server, 3000}], Latencies),
        ?assertMatch([_], [E || {S, C, {'_', '_'}, 1, _} = E <- Edges, S =:= Server, C =:= Client])
    end).

%% Counted once: where it is sent, or where it arrives from somebody who is not traced.
once_test() ->
    isolated(fun() ->
        Me = self(),
        Other = spawn(fun() -> ok end),
        View = {1, #{Me => [{1, flat}]}},
        ?assertEqual(1, ov_probe_flow:one(send(Me, Me, x, 1), 1, View)),
        ?assertEqual(0, ov_probe_flow:one({trace_ts, Me, 'receive', x, Me, 2}, 1, View)),
        ?assertEqual(1, ov_probe_flow:one({trace_ts, Me, 'receive', y, Other, 3}, 1, View)),
        ?assertEqual(1, ov_probe_flow:one({trace_ts, Me, 'receive', z, undefined, 4}, 1, View)),
        {0, Edges, []} = edges(1),
        ?assertEqual(lists:sort([{Me, x}, {Other, y}, {[], z}]),
                     lists:sort([{From, Shape} || {From, _, Shape, 1, _} <- Edges]))
    end).

%% Very many different edges: what has no place is counted as lost.
many_test_() ->
    {timeout, 60, fun() -> isolated(fun() ->
        Me = self(),
        [wide({trace_ts, Me, send, x, {name, N}, 1}, 1) || N <- lists:seq(1, 12000)],
        {2000, Edges, []} = edges(1),
        ?assertEqual(10000, length(Edges)),
        %% One pair with ever new shapes keeps some and counts the rest without.
        [wide(send(Me, Me, list_to_atom("ov_shape_" ++ integer_to_list(N)), 1), 1)
         || N <- lists:seq(1, 200)],
        {0, Few, []} = edges(1),
        ?assert(length(Few) =< 41),
        ?assertEqual(200, lists:sum([N || {_, _, _, N, _} <- Few]))
    end) end}.
