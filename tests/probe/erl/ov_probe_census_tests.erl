%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_census_tests).
-include_lib("eunit/include/eunit.hrl").

nothing_changed_test() ->
    Pids = processes(),
    ?assertEqual({[], []}, ov_probe_census:merge(Pids, Pids)).

born_test() ->
    Known = processes(),
    New = [spawn_sleeper() || _ <- lists:seq(1, 10)],
    {Born, Died} = ov_probe_census:merge(Known, processes()),
    ?assertEqual([], Died),
    ?assertEqual(lists:sort(New), lists:sort(Born)),
    end_all(New).

died_test() ->
    Old = [spawn_sleeper() || _ <- lists:seq(1, 10)],
    Known = processes(),
    end_all(Old),
    {Born, Died} = ov_probe_census:merge(Known, processes()),
    ?assertEqual([], Born),
    ?assertEqual(lists:sort(Old), lists:sort(Died)).

%% A random history against sets.
mixed_test() ->
    lists:foldl(fun(_, Mine) ->
                        Known = processes(),
                        New = [spawn_sleeper() || _ <- lists:seq(1, rand:uniform(20))],
                        {Gone, Stay} = lists:partition(fun(_) -> rand:uniform(2) =:= 1 end, Mine),
                        end_all(Gone),
                        {Born, Died} = ov_probe_census:merge(Known, processes()),
                        ?assertEqual(lists:sort(New), lists:sort(Born)),
                        ?assertEqual(lists:sort(Gone), lists:sort(Died)),
                        New ++ Stay
                end, [], lists:seq(1, 50)).

%% A list in another order must never make the living dead.
other_order_test() ->
    Pids = processes(),
    {_, Died} = ov_probe_census:merge(lists:reverse(Pids), Pids),
    ?assertEqual([], Died).

spawn_sleeper() ->
    spawn(fun() -> receive stop -> ok end end).

end_all(Pids) ->
    Refs = [erlang:monitor(process, Pid) || Pid <- Pids],
    [Pid ! stop || Pid <- Pids],
    [receive {'DOWN', Ref, _, _, _} -> ok end || Ref <- Refs].
