%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_state_tests).
-behaviour(supervisor).
-include_lib("eunit/include/eunit.hrl").
-export([init/1, start_child/0]).

init(Spec) -> {ok, Spec}.

start_child() ->
    {ok, spawn_link(fun() -> receive stop -> ok end end)}.

child(Id, Restart, Type) ->
    #{id => Id, start => {?MODULE, start_child, []}, restart => Restart, type => Type}.

with_supervisor(Flags, Children, Test) ->
    process_flag(trap_exit, true),
    {ok, Sup} = supervisor:start_link(?MODULE, {Flags, Children}),
    try Test(Sup, ov_probe_state:view(sys:get_state(Sup)))
    after
        exit(Sup, shutdown),
        receive {'EXIT', Sup, _} -> ok end
    end.

one_for_all_test() ->
    Children = [child({a, 1}, permanent, worker), child(b, transient, supervisor)],
    with_supervisor(#{strategy => one_for_all, intensity => 3, period => 4}, Children,
                    fun(Sup, View) ->
                            {2, 3, 4, 2, 0, ?MODULE, undefined, Listed} = View,
                            Real = supervisor:which_children(Sup),
                            ?assertEqual(lists:sort([{Id, Pid, Type} || {Id, Pid, Type, _} <- Real]),
                                         lists:sort([{Id, Pid, Type}
                                                     || {Id, Pid, _, Type} <- Listed])),
                            ?assertEqual([permanent, transient],
                                         lists:sort([R || {_, _, R, _} <- Listed]))
                    end).

simple_one_for_one_test() ->
    [with_supervisor(#{strategy => simple_one_for_one}, [child(x, Restart, worker)],
                     fun(Sup, {4, 1, 5, 0, 0, _, R, []}) ->
                             ?assertEqual(Restart, R),
                             Pids = [begin {ok, P} = supervisor:start_child(Sup, []), P end
                                     || _ <- lists:seq(1, 20)],
                             {4, 1, 5, 20, 0, _, _, Listed} = ov_probe_state:view(sys:get_state(Sup)),
                             ?assertEqual(lists:sort(Pids), lists:sort([P || {_, P, _, _} <- Listed]))
                     end) || Restart <- [permanent, temporary]].

restarts_count_test() ->
    with_supervisor(#{intensity => 5, period => 60}, [child(a, permanent, worker)],
                    fun(Sup, _) ->
                            [{a, Old, _, _}] = supervisor:which_children(Sup),
                            exit(Old, kill),
                            New = replacement(Sup, Old),
                            {1, 5, 60, 1, 1, _, permanent, [{a, New, permanent, worker}]} =
                                ov_probe_state:view(sys:get_state(Sup))
                    end).

replacement(Sup, Old) ->
    case supervisor:which_children(Sup) of
        [{a, New, _, _}] when is_pid(New), New =/= Old -> New;
        _ -> replacement(Sup, Old)
    end.

%% The record of OTP 23 has no auto_shutdown, its child no significance.
otp_23_test() ->
    Child = {child, self(), a, {m, f, []}, permanent, 5000, worker, [m]},
    State = {state, {local, s}, rest_for_one, {[a], #{a => Child}}, undefined, 1, 5, [], 0, m, []},
    ?assertEqual({3, 1, 5, 1, 0, m, permanent, [{a, self(), permanent, worker}]},
                 ov_probe_state:view(State)).

restarting_test() ->
    Child = {child, {restarting, self()}, a, {m, f, []}, {permanent, 5}, 5000, worker, [m]},
    State = {state, {local, s}, one_for_one, {[a], #{a => Child}}, undefined, 1, 5, [], 0, m, []},
    ?assertMatch({1, 1, 5, 1, 0, m, _, [{a, {restarting, _}, {permanent, 5}, worker}]},
                 ov_probe_state:view(State)).

dynamic_supervisor_test() ->
    Key = self(),
    State = #{'__struct__' => 'Elixir.DynamicSupervisor', strategy => one_for_one,
              max_restarts => 3, max_seconds => 5, restarts => [], mod => 'Elixir.Sup',
              children => #{Key => {{m, f, []}, temporary, 5000, worker, [m]}}},
    ?assertEqual({1, 3, 5, 1, 0, 'Elixir.Sup', temporary, [{undefined, Key, temporary, worker}]},
                 ov_probe_state:view(State)).

not_understood_test() ->
    [?assertEqual(not_understood, ov_probe_state:view(State))
     || State <- [x, {}, {state, 1, 2}, #{}, [], {state, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10}]].

%% A large id is cut inside the supervisor.
large_id_test() ->
    with_supervisor(#{}, [child(lists:seq(1, 10000), permanent, worker)],
                    fun(_, {_, _, _, 1, _, _, _, [{Id, _, _, _}]}) ->
                            ?assert(length(Id) < 100)
                    end).
