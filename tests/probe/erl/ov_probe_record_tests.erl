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
