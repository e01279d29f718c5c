%% SPDX-License-Identifier: GPL-3.0-or-later
-module(ov_probe_record_tests).
-include_lib("eunit/include/eunit.hrl").
-include("ov_probe.hrl").
-export([init/1, callback_mode/0, handle_call/3, handle_cast/2, waiting/3, wait/0]).

init(server) -> {ok, state};
init(statem) -> {ok, waiting, data};
init(_) -> {ok, {#{}, []}}.

callback_mode() -> state_functions.
handle_call(_, _, State) -> {reply, ok, State}.
handle_cast(_, State) -> {noreply, State}.
waiting(_, _, Data) -> {keep_state, Data}.

wait() ->
    proc_lib:init_ack({ok, self()}),
    receive stop -> ok end.

kinds_test_() ->
    Starts = [{?B_GEN_SERVER, fun() -> gen_server:start(?MODULE, server, []) end},
              {?B_GEN_STATEM, fun() -> gen_statem:start(?MODULE, statem, []) end},
              {?B_GEN_EVENT, fun() -> gen_event:start() end},
              {?B_SUPERVISOR, fun() -> supervisor:start_link(?MODULE, []) end},
              {?B_PROC_LIB, fun() -> proc_lib:start(?MODULE, wait, []) end},
              {?B_UNKNOWN, fun() -> {ok, spawn(fun() -> receive stop -> ok end end)} end},
              {?B_APPLICATION_MASTER, fun() -> [[P] | _] = ets:match(ac_tab,
                                                   {{application_master, kernel}, '$1'}), {ok, P} end}],
    [fun() -> {ok, Pid} = Start(), ?assertEqual(Kind, ov_probe_record:behaviour(Pid)) end
     || {Kind, Start} <- Starts].

fields_test() ->
    Parent = self(),
    Pid = spawn(fun() -> register(ov_named, self()), process_flag(trap_exit, true),
                         put('$process_label', {desk, 1}), put('$ancestors', [top, Parent]),
                         Parent ! ready, receive stop -> ok end end),
    receive ready -> ok end,
    {{?R_PROCESS, Pid, Shape, ov_named, Flags, Memory, Reductions, 0, 0, [], Label}, ?B_UNKNOWN, _} =
        ov_probe_record:read(Pid, ov_probe_record:new()),
    ?assertMatch({?B_UNKNOWN, erlang, apply, 2, _, _, top, _, [Parent]}, Shape),
    ?assertEqual(16, Flags band 16),
    ?assert(Memory > 0),
    ?assert(Reductions >= 0),
    ?assertEqual({{desk, 1}}, Label),
    Pid ! stop.

gone_test() ->
    Pid = spawn(fun() -> ok end),
    Ref = erlang:monitor(process, Pid),
    receive {'DOWN', Ref, _, _, _} -> ok end,
    ?assertEqual(none, ov_probe_record:read(Pid, ov_probe_record:new())).

same_shape_test() ->
    [A, B] = [spawn(fun() -> receive stop -> ok end end) || _ <- [1, 2]],
    [wait_for(Pid) || Pid <- [A, B]],
    {_, _, Context} = ov_probe_record:read(A, ov_probe_record:new()),
    {Second, _, _} = ov_probe_record:read(B, Context),
    ?assertEqual(0, element(3, Second)),
    {Again, _, _} = ov_probe_record:read(B, ov_probe_record:restart(Context)),
    ?assert(is_tuple(element(3, Again))).

wait_for(Pid) ->
    case process_info(Pid, status) of
        {status, waiting} -> ok;
        _ -> erlang:yield(), wait_for(Pid)
    end.

%% An init call's arguments tell what will be there; compared with what is there then.
translate_test_() ->
    Cases = [{{supervisor, m, 1}, [gen_server, self(), self(), supervisor, {self, m, []}, []]},
             {{supervisor, m, 1}, [gen_server, self(), self(), {local, n}, supervisor,
                                   {{local, n}, m, []}, []]},
             {{m, init, 1}, [gen_server, self(), self(), m, args, []]},
             {{m, init, 1}, [gen_statem, self(), self(), {local, n}, m, args, []]},
             {{gen_event, init_it, 6}, [gen_event, self(), self(), n, [], []]}],
    [?_assertEqual(Call, ov_probe_life:translate(proc_lib, init_p, [self(), [], gen, init_it, Args]))
     || {Call, Args} <- Cases].

%% A dictionary that does not fit into the reader leaves the reader alive, and the process in the
%% census; a large supervisor with a small one is still known as a supervisor.
large_dictionary_test_() ->
    {timeout, 30, fun large_dictionary/0}.

large_dictionary() ->
    Parent = self(),
    Full = spawn(fun() -> [put({key, I}, {lists:seq(1, 20), I}) || I <- lists:seq(1, 300000)],
                          register(ov_full, self()),
                          Parent ! ready, receive stop -> ok end end),
    receive ready -> ok end,
    {{_, Full, Shape, ov_full, _, _, _, 0, _, _, []}, ?B_UNKNOWN, _} = read_in_bounds(Full),
    ?assertMatch({?B_UNKNOWN, erlang, apply, 2, _, _, _, _, _}, Shape),
    {ok, Info} = ov_probe_ask:answer(<<"process_info">>, #{pid => Full}),
    ?assertMatch(#{registered_name := ov_full, dictionary := [], dictionary_size := null,
                   dictionary_truncated := true}, Info),
    exit(Full, kill).

large_supervisor_test_() ->
    {timeout, 30, fun large_supervisor/0}.

large_supervisor() ->
    {ok, Sup} = supervisor:start_link(?MODULE, []),
    sys:replace_state(Sup, fun(State) -> put(ov_ballast, lists:seq(1, 600000)), State end),
    ?assertEqual(large, ov_probe_record:is_large(Sup)),
    {_, ?B_SUPERVISOR, _} = read_in_bounds(Sup),
    ?assertEqual(?B_SUPERVISOR, ov_probe_record:behaviour(Sup)),
    unlink(Sup),
    exit(Sup, kill).

%% As the census reads: in a process that must not grow.
read_in_bounds(Pid) ->
    {_, Ref} = spawn_opt(fun() -> exit({read, ov_probe_record:read(Pid, ov_probe_record:new())}) end,
                         [monitor, {max_heap_size, #{size => ?HEAP_WORDS, kill => true,
                                                     error_logger => false}}]),
    receive {'DOWN', Ref, _, _, {read, Answer}} -> Answer end.
