%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The census (every process in full, once) and the sweep (what changed, each second).
%% Both run in processes of their own at low priority and give up the scheduler every
%% SLICE_US.  Neither calls any process; supervisors are read by ov_probe_state afterwards,
%% where that was asked for.
-module(ov_probe_census).
-include("ov_probe.hrl").
-export([run/4, refresh/2, sweeper/3]).
-export([merge/2]).

%% ---- the census -----------------------------------------------------------------------------

%% Runs in a worker; returns the pids that were alive and the supervisors among them.
run(Out, Owner, Id, Supervisors) ->
    Pids = processes(),
    {Sups, Done} = slice_start(Pids, applications(Out)),
    Owner ! {census_seen, self(), Pids, Sups},
    Read = read_supervisors(Supervisors, Owner, Sups, Done),
    ov_probe_out:flush_wait(ov_probe_out:add({?R_CENSUS_DONE, Id, length(Pids)}, Read)).

slice_start(Pids, Out) ->
    census(Pids, ov_probe_record:new(), Out, [], 0, now_us()).

read_supervisors(none, _, _, Out) ->
    Out;
read_supervisors(DeadlineMs, Owner, Sups, Out) ->
    ov_probe_state:read(Sups, DeadlineMs, Owner, Out).

census([Pid | Pids], Context, Out, Sups, N, Start) when Pid =:= self() ->
    census(Pids, Context, Out, Sups, N, Start);
census(Pids, Context, Out, Sups, N, Start) when N >= ?SLICE_PROCESSES ->
    {Context2, Out2} = send_due(Context, Out),
    census(Pids, Context2, Out2, Sups, 0, breathe(Start));
census([Pid | Pids], Context, Out, Sups, N, Start) ->
    case ov_probe_record:read(Pid, Context) of
        none ->
            census(Pids, Context, Out, Sups, N + 1, Start);
        {Record, ?B_SUPERVISOR, Context2} ->
            census(Pids, Context2, ov_probe_out:add(Record, Out), [Pid | Sups], N + 1, Start);
        {Record, _, Context2} ->
            census(Pids, Context2, ov_probe_out:add(Record, Out), Sups, N + 1, Start)
    end;
census([], _, Out, Sups, _, _) ->
    {Sups, ov_probe_out:flush_wait(Out)}.

send_due(Context, Out) ->
    case ov_probe_out:is_due(Out) of
        true -> {ov_probe_record:restart(Context), ov_probe_out:flush_wait(Out)};
        false -> {Context, Out}
    end.

breathe(Start) ->
    Now = now_us(),
    case Now - Start >= ?SLICE_US of
        true -> erlang:yield(), now_us();
        false -> Start
    end.

%% Read from the application controller's table, which anybody may read.
applications(Out) ->
    Found = try ets:match(ac_tab, {{application_master, '$1'}, '$2'}) catch error:_ -> [] end,
    lists:foldl(fun([Name, Master], Acc) when is_atom(Name), is_pid(Master) ->
                        ov_probe_out:add({?R_APPLICATION, Name, Master}, Acc);
                   (_, Acc) ->
                        Acc
                end, Out, Found).

%% Full records of these, now; the dead among them are said to be dead.
refresh(Pids, Out) ->
    refresh(Pids, ov_probe_record:new(), Out).

refresh([Pid | Pids], Context, Out) ->
    {Context2, Out2} = send_due(Context, Out),
    case is_pid(Pid) andalso node(Pid) =:= node() andalso ov_probe_record:read(Pid, Context2) of
        {Record, _, Context3} ->
            refresh(Pids, Context3, ov_probe_out:add(Record, Out2));
        none ->
            Death = {?R_DEATH, ov_probe_record:system_ns(), Pid, [], false},
            refresh(Pids, Context2, ov_probe_out:add(Death, Out2));
        false ->
            refresh(Pids, Context2, Out2)
    end;
refresh([], _, Out) ->
    ov_probe_out:flush_wait(Out).

%% ---- the sweep ------------------------------------------------------------------------------

%% Known is what the last sweep saw, [{Pid, Reductions}] in the order of processes(), which is
%% stable: the old and the new list are merged in one pass, and whoever stands in one of them only
%% was born or died.  It is kept in chunks, and a chunk in which nothing changed is kept as it is:
%% what is old stays old, and no garbage collection has to move it (that cannot be sliced).
%% Life is a pid or none; Flags what is watched.
-define(CHUNK, 64).
%% Between two sweeps of a small node, who came and who went is looked up more often.
-define(PERIOD_MS, 1000).
-define(DIFF_MS, 120).
-define(MAX_DIFFED, 10000).
-define(MAX_SWEPT, 400000).

sweeper(Out, Options, Seen) ->
    put('$process_label', <<"Overstory probe: sweep">>),
    wait(Options#{out => Out, known => chunks(Seen), next => now_ms() + ?PERIOD_MS}).

wait(#{out := Out, next := Next} = State) ->
    receive
        {ov_ack, Seq} -> wait(State#{out := ov_probe_out:ack(Seq, Out)});
        {watch, Flags, Life} -> wait(State#{flags := Flags, life := Life});
        {seen, Pids} -> wait(State#{known := chunks(Pids)})
    after pause(State) ->
        case now_ms() >= Next of
            true -> wait(sweep(State#{next := following(Next)}));
            false -> wait(diff(State))
        end
    end.

%% Sweeps that were kept from running are not made up for.
following(Next) ->
    max(Next, now_ms() - ?PERIOD_MS div 2) + ?PERIOD_MS.

pause(#{next := Next, life := Life, known := [_ | _]}) when is_pid(Life) ->
    min(?DIFF_MS, max(0, Next - now_ms()));
pause(#{next := Next}) ->
    max(0, Next - now_ms()).

diff(#{known := Known, life := Life} = State) ->
    case is_pid(Life) andalso erlang:system_info(process_count) =< ?MAX_DIFFED of
        true ->
            {Known2, _, Born, Died} = walk(processes(), Known, diff, none),
            Life ! {swept, lists:delete(self(), Born), Died},
            State#{known := Known2};
        false ->
            State
    end.

sweep(#{out := Out} = State) ->
    case erlang:system_info(process_count) of
        Many when Many > ?MAX_SWEPT ->
            Gap = {?R_GAP, Many, <<"sweep-off">>},
            State#{out := send(ov_probe_out:add(Gap, Out)), known := []};
        Count ->
            sweep(processes(), Count, State)
    end.

sweep(Now, Count, #{known := Known, out := Out, flags := Flags} = State) ->
    Samples = ?IS_SET(Flags, ?W_SAMPLES) andalso ov_probe_out:has_credit(Out),
    {Known2, Out2, Born, Died} = walk(Now, Known, Samples, Out),
    Out3 = changes(Known =:= [], lists:delete(self(), Born), Died, State, Out2),
    State#{known := Known2, out := send(ov_probe_out:add(node_record(Count), Out3))}.

%% The first sweep without a census has nothing to compare with.
changes(true, _, _, _, Out) ->
    Out;
changes(false, [], [], #{life := Life}, Out) when is_pid(Life) ->
    Life ! {swept, [], []},
    Out;
changes(false, Born, Died, #{life := Life}, Out) when is_pid(Life) ->
    Life ! {swept, Born, Died},
    Out;
changes(false, Born, Died, #{life := none}, Out) ->
    At = ov_probe_record:system_ns(),
    Told = lists:foldl(fun(Pid, Acc) ->
                               due(ov_probe_out:add({?R_DEATH, At, Pid, [], false}, Acc))
                       end, Out, Died),
    newborn(Born, Told).

newborn([], Out) -> Out;
newborn(Born, Out) -> refresh(Born, Out).

due(none) ->
    none;
due(Out) ->
    case ov_probe_out:is_due(Out) of
        true -> send(Out);
        false -> Out
    end.

%% Samples may be lost without harm: what was not sent is different again at the next sweep.
send(Out) ->
    case ov_probe_out:flush(ov_probe_out:drain(Out)) of
        {ok, Done} ->
            Done;
        {full, Full} ->
            {N, Empty} = ov_probe_out:drop(Full),
            ov_probe_out:add({?R_GAP, N, <<"dropped">>}, Empty)
    end.

%% Mode: whether samples are sent, or diff: only who came and went.
walk(Now, Known, Mode, Out) ->
    walk(Now, Known, Mode, #{out => Out, born => [], died => [], start => now_us()}, [], 0).

walk(Now, [Chunk | Chunks], Mode, Work, Done, N) ->
    {Now2, Entries, Work2, N2} = entries(Now, Chunk, Mode, Work, [], same, N),
    walk(Now2, Chunks, Mode, Work2, add_chunk(Entries, Chunk, Done), N2);
walk(Now, [], _, #{out := Out, born := Born, died := Died}, Done, _) ->
    Known = lists:reverse(Done, chunks(Now)),
    {Known, Out, lists:reverse(Born, Now), Died}.

add_chunk(same, Chunk, Done) -> [Chunk | Done];
add_chunk([], _, Done) -> Done;
add_chunk(Entries, _, Done) -> lists:reverse(split(Entries, length(Entries)), Done).

chunks(Pids) ->
    split([{Pid, unknown} || Pid <- Pids], length(Pids)).

split([], _) ->
    [];
split(Entries, Length) when Length =< 2 * ?CHUNK ->
    [Entries];
split(Entries, Length) ->
    {Chunk, Rest} = lists:split(?CHUNK, Entries),
    [Chunk | split(Rest, Length - ?CHUNK)].

%% One chunk against the list of now: {RestOfNow, same or its new entries, Work, N}.
entries(Now, Old, Mode, Work, Done, Change, N) when N >= ?SLICE_PROCESSES ->
    entries(Now, Old, Mode, rest(Work), Done, Change, 0);
entries(Now, [], _, Work, _, same, N) ->
    {Now, same, Work, N};
entries(Now, [], _, Work, Done, changed, N) ->
    {Now, lists:reverse(Done), Work, N};
entries([Pid | Now], [{Pid, _} = Same | Old], diff, Work, Done, Change, N) ->
    entries(Now, Old, diff, Work, [Same | Done], Change, N + 1);
entries([Pid | Now], [{Pid, Before} = Same | Old], Mode, Work, Done, Change, N) ->
    case process_info(Pid, reductions) of
        {_, Before} ->
            entries(Now, Old, Mode, Work, [Same | Done], Change, N + 1);
        {_, After} when Before =:= unknown ->
            entries(Now, Old, Mode, Work, [{Pid, After} | Done], changed, N + 1);
        {_, After} when Mode ->
            Sampled = sampled(Pid, After, Work),
            entries(Now, Old, Mode, Sampled, [{Pid, After} | Done], changed, N + 1);
        {_, _} ->
            entries(Now, Old, Mode, Work, [Same | Done], Change, N + 1);
        undefined ->
            entries(Now, Old, Mode, died(Pid, Work), Done, changed, N + 1)
    end;
entries(Now, [{Pid, _} = Same | Old], Mode, Work, Done, Change, N) ->
    case {is_process_alive(Pid), Now} of
        {false, _} ->
            entries(Now, Old, Mode, died(Pid, Work), Done, changed, N + 1);
        {true, []} ->
            entries([], Old, Mode, Work, [Same | Done], Change, N + 1);
        {true, [New | Later]} ->
            entries(Later, [Same | Old], Mode, born(New, Work), [{New, unknown} | Done], changed,
                    N + 1)
    end.

rest(#{out := Out, start := Start} = Work) ->
    Work#{out := due(Out), start := breathe(Start)}.

sampled(Pid, Reductions, #{out := Out} = Work) ->
    Work#{out := ov_probe_out:add(sample(Pid, Reductions), Out)}.

born(Pid, #{born := Born} = Work) -> Work#{born := [Pid | Born]}.

died(Pid, #{died := Died} = Work) -> Work#{died := [Pid | Died]}.

%% The merge alone, for its test: {Born, Died}.
merge(Known, Now) ->
    {After, _, Born, Died} = walk(Now, chunks(Known), diff, none),
    {Born, Died, [Pid || Chunk <- After, {Pid, _} <- Chunk]}.

sample(Pid, Reductions) ->
    case process_info(Pid, [message_queue_len, status]) of
        [{_, Waiting}, {_, Status}] ->
            {?R_SAMPLE, Pid, Reductions, Waiting, memory(Pid, Waiting),
             ov_probe_record:status(Status)};
        undefined ->
            {?R_SAMPLE, Pid, Reductions, 0, [], ov_probe_record:status(exiting)}
    end.

memory(Pid, Waiting) when Waiting < ?LONG_MAILBOX ->
    case process_info(Pid, memory) of
        {_, Bytes} -> Bytes;
        undefined -> []
    end;
memory(_, _) ->
    [].

node_record(Count) ->
    {?R_NODE, #{process_count => Count,
                memory_total_bytes => erlang:memory(total),
                run_queue => erlang:statistics(run_queue)}}.

now_us() -> erlang:monotonic_time(microsecond).
now_ms() -> erlang:monotonic_time(millisecond).
