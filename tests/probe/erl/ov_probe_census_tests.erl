%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_census_tests).
-include_lib("eunit/include/eunit.hrl").

nothing_changed_test() ->
    Pids = processes(),
    ?assertEqual({[], [], Pids}, ov_probe_census:merge(Pids, Pids)).

born_test() ->
    Known = processes(),
    New = [spawn_sleeper() || _ <- lists:seq(1, 10)],
    Now = processes(),
    ?assertMatch({_, [], Now}, ov_probe_census:merge(Known, Now)),
    {Born, _, _} = ov_probe_census:merge(Known, Now),
    ?assertEqual(lists:sort(New), lists:sort(Born)),
    end_all(New).

died_test() ->
    Old = [spawn_sleeper() || _ <- lists:seq(1, 10)],
    Known = processes(),
    end_all(Old),
    Now = processes(),
    {Born, Died, After} = ov_probe_census:merge(Known, Now),
    ?assertEqual([], Born),
    ?assertEqual(Now, After),
    ?assertEqual(lists:sort(Old), lists:sort(Died)).

%% A random history against sets.
mixed_test() ->
    lists:foldl(fun(_, Mine) ->
                        Known = processes(),
                        New = [spawn_sleeper() || _ <- lists:seq(1, rand:uniform(400))],
                        {Gone, Stay} = lists:partition(fun(_) -> rand:uniform(2) =:= 1 end, Mine),
                        end_all(Gone),
                        Now = processes(),
                        {Born, Died, After} = ov_probe_census:merge(Known, Now),
                        ?assertEqual(Now, After),
                        ?assertEqual(lists:sort(New), lists:sort(Born)),
                        ?assertEqual(lists:sort(Gone), lists:sort(Died)),
                        New ++ Stay
                end, [], lists:seq(1, 50)).

%% A list in another order must never make the living dead.
other_order_test() ->
    Pids = processes(),
    {_, Died, _} = ov_probe_census:merge(lists:reverse(Pids), Pids),
    ?assertEqual([], Died).

spawn_sleeper() ->
    spawn(fun() -> receive stop -> ok end end).

end_all(Pids) ->
    Refs = [erlang:monitor(process, Pid) || Pid <- Pids],
    [Pid ! stop || Pid <- Pids],
    [receive {'DOWN', Ref, _, _, _} -> ok end || Ref <- Refs].
