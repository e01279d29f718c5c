%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Requests: a name (a binary: names never become atoms), arguments, and one bounded answer
%% {ok, Term} or {error, Word, Text}.  Each runs in a helper of its own with a deadline.
%% A new request is one line in answer/2, and one in PROTOCOL.md.
-module(ov_probe_ask).
-include("ov_probe.hrl").
-export([answer/2, census/3, with_process/2, no_process/0]).

-define(MAX_ENTRIES, 200).     % of a dictionary
-define(MAX_PIDS, 1000).       % of links, monitors …

answer(Name, _) when Name =:= <<"node_info">> -> {ok, node_info()};
answer(Name, Args) when Name =:= <<"process_info">> -> with_process(Args, fun info/2);
answer(Name, Args) when Name =:= <<"find">> -> with_process(Args, fun(Pid, _) -> {ok, Pid} end);
answer(Name, _) -> {error, <<"failed">>, <<"no such request: ", Name/binary>>}.

%% The whole stream of a census, then the answer.
census(Args, Owner, Out) when is_map(Args) ->
    Supervisors = maps:get(deadline_ms, Args, none),
    ov_probe_census:run(Out, Owner, maps:get(id, Args, 0), Supervisors),
    {ok, done}.

%% ---- which process --------------------------------------------------------------------------

%% A pid, or a registered name as text.
with_process(#{pid := Pid} = Args, Fun) when is_pid(Pid), node(Pid) =:= node() ->
    case is_process_alive(Pid) of
        true -> Fun(Pid, Args);
        false -> no_process()
    end;
with_process(#{pid := Pid}, _) when is_pid(Pid) ->
    {error, <<"remote-process">>, atom_to_binary(node(Pid), utf8)};
with_process(#{id := Id, serial := Serial} = Args, Fun) when is_integer(Id), is_integer(Serial) ->
    try list_to_pid("<0." ++ integer_to_list(Id) ++ "." ++ integer_to_list(Serial) ++ ">") of
        Pid -> with_process(#{pid => Pid, args => Args}, Fun)
    catch
        error:badarg -> no_process()
    end;
with_process(#{name := Name} = Args, Fun) when is_binary(Name), byte_size(Name) =< 1020 ->
    try whereis(binary_to_existing_atom(Name, utf8)) of
        Pid when is_pid(Pid) -> Fun(Pid, Args);
        _ -> no_process()
    catch
        error:_ -> no_process()
    end;
with_process(_, _) ->
    no_process().

no_process() ->
    {error, <<"no-process">>, <<"the process is not alive">>}.

%% ---- the node -------------------------------------------------------------------------------

node_info() ->
    {Uptime, _} = erlang:statistics(wall_clock),
    #{name => node(),
      otp_release => list_to_binary(erlang:system_info(otp_release)),
      erts_version => list_to_binary(erlang:system_info(version)),
      uptime_s => Uptime div 1000,
      process_count => erlang:system_info(process_count),
      process_limit => erlang:system_info(process_limit),
      port_count => erlang:system_info(port_count),
      port_limit => erlang:system_info(port_limit),
      atom_count => erlang:system_info(atom_count),
      atom_limit => erlang:system_info(atom_limit),
      ets_count => length(ets:all()),
      memory => maps:from_list(erlang:memory()),
      schedulers => erlang:system_info(schedulers_online),
      schedulers_available => erlang:system_info(schedulers),
      run_queue => erlang:statistics(run_queue),
      wordsize => erlang:system_info(wordsize),
      system_architecture => list_to_binary(erlang:system_info(system_architecture)),
      elixir_version => application_version(elixir),
      applications => applications(),
      os_pid => list_to_binary(os:getpid())}.

%% From the application controller's table; the controller itself is not called.
application_version(Name) ->
    case application:get_key(Name, vsn) of
        {ok, Version} -> text(Version);
        undefined -> null
    end.

applications() ->
    Found = try ets:match(ac_tab, {{application_master, '$1'}, '_'}) catch error:_ -> [] end,
    [{Name, application_version(Name)} || [Name] <- Found, is_atom(Name)].

text(Chars) ->
    case try unicode:characters_to_binary(Chars) catch error:_ -> error end of
        Text when is_binary(Text) -> Text;
        _ -> null
    end.

%% ---- one process ----------------------------------------------------------------------------

%% What costs nothing to ask, whatever the process holds.
-define(CHEAP, [registered_name, initial_call, current_function, status, priority, trap_exit,
                group_leader, reductions, message_queue_len, heap_size, stack_size,
                total_heap_size, min_heap_size, error_handler, suspending, catchlevel]).

info(Pid, _) ->
    case process_info(Pid, message_queue_len) of
        undefined -> no_process();
        {_, Waiting} -> info(Pid, Waiting, cheap(Waiting))
    end.

cheap(Waiting) when Waiting < ?LONG_MAILBOX -> [memory | ?CHEAP];
cheap(_) -> ?CHEAP -- [total_heap_size].

info(Pid, _Waiting, Items) ->
    case process_info(Pid, Items) of
        undefined ->
            no_process();
        Facts ->
            Parts = [cheap_part(Pid, Facts), relations(Pid),
                     dictionary(ov_probe_record:is_large(Pid), Pid), stack(Pid),
                     collection(Pid), newer(Pid), family(Pid)],
            {ok, lists:foldl(fun maps:merge/2, #{}, Parts)}
    end.

cheap_part(Pid, Facts) ->
    Words = erlang:system_info(wordsize),
    Bytes = fun(Key) -> case lists:keyfind(Key, 1, Facts) of
                            {_, N} -> N * Words;
                            false -> null
                        end
            end,
    Value = fun(Key) -> case lists:keyfind(Key, 1, Facts) of
                            {_, []} when Key =:= registered_name -> null;
                            {_, V} -> V;
                            false -> null
                        end
            end,
    #{pid => Pid,
      registered_name => case Value(registered_name) of [] -> null; Name -> Name end,
      initial_call => Value(initial_call), current_function => Value(current_function),
      status => Value(status), priority => Value(priority), trap_exit => Value(trap_exit),
      group_leader => Value(group_leader), reductions => Value(reductions),
      message_queue_len => Value(message_queue_len), memory_bytes => Value(memory),
      heap_bytes => Bytes(heap_size), stack_bytes => Bytes(stack_size),
      total_heap_bytes => Bytes(total_heap_size),
      min_heap_bytes => min_heap(Bytes, Value(min_heap_size)),
      suspending => [P || {P, _, _} <- bounded(Value(suspending))]}.

min_heap(Bytes, Size) when is_integer(Size) -> Bytes(min_heap_size);
min_heap(_, _) -> null.

bounded(List) when is_list(List) -> lists:sublist(List, ?MAX_PIDS);
bounded(_) -> [].

relations(Pid) ->
    maps:from_list(lists:append([relation(Pid, Key) || Key <- [links, monitors, monitored_by]])).

relation(Pid, Key) ->
    case process_info(Pid, Key) of
        {_, List} ->
            [{Key, [other(X) || X <- lists:sublist(List, ?MAX_PIDS)]}, {count(Key), length(List)}];
        undefined ->
            [{Key, []}, {count(Key), 0}]
    end.

count(links) -> n_links;
count(monitors) -> n_monitors;
count(monitored_by) -> n_monitored_by.

other({process, Who}) -> Who;
other({port, Who}) -> Who;
other(Who) -> Who.

%% Each key and value is cut on its own: {Key, Value, WasCut}.
dictionary(huge, _) ->
    #{dictionary => [], dictionary_size => null, dictionary_truncated => true};
dictionary(large, Pid) ->
    case ov_probe_record:aside(fun() -> dictionary(false, Pid) end) of
        {ok, Part} -> Part;
        too_large -> dictionary(huge, Pid)
    end;
dictionary(false, Pid) ->
    Entries = case process_info(Pid, dictionary) of
                  {_, List} -> List;
                  undefined -> []
              end,
    #{dictionary => [entry(E) || E <- lists:sublist(Entries, ?MAX_ENTRIES)],
      dictionary_size => length(Entries),
      dictionary_truncated => length(Entries) > ?MAX_ENTRIES}.

entry({Key, Value}) ->
    {KeyView, KeyCut} = ov_probe_cut:cut(Key, 30, 6),
    {ValueView, ValueCut} = ov_probe_cut:cut(Value),
    {KeyView, ValueView, KeyCut orelse ValueCut}.

stack(Pid) ->
    Frames = case process_info(Pid, current_stacktrace) of
                 {_, List} -> List;
                 undefined -> []
             end,
    #{stack => [frame(F) || F <- Frames]}.

frame({M, F, A, Where}) ->
    Arity = case A of _ when is_list(A) -> length(A); _ -> A end,
    {M, F, Arity, where(proplists:get_value(file, Where)), proplists:get_value(line, Where, 0)}.

where(File) when is_list(File) -> text(File);
where(_) -> null.

collection(Pid) ->
    case process_info(Pid, garbage_collection) of
        {_, Facts} -> #{garbage_collection => maps:from_list(
                            [{K, V} || {K, V} <- Facts, is_atom(K), is_integer(V)])};
        undefined -> #{garbage_collection => #{}}
    end.

%% Items that older releases do not know.
newer(Pid) ->
    #{parent => newer(Pid, parent), label => label(Pid),
      message_queue_data => newer(Pid, message_queue_data)}.

newer(Pid, Item) ->
    try process_info(Pid, Item) of
        {_, Value} when is_pid(Value); is_atom(Value) -> Value;
        _ -> null
    catch
        error:badarg -> null
    end.

label(Pid) ->
    try process_info(Pid, label) of
        {_, undefined} -> null;
        {_, Label} -> element(1, ov_probe_cut:cut(Label, 30, 6));
        undefined -> null
    catch
        error:badarg -> null
    end.

%% As the census tells it: what it is, and by whom it was started.
family(Pid) ->
    case ov_probe_record:describe(Pid) of
        none ->
            #{};
        #{call := Call, kind := Kind, ancestors := Ancestors} ->
            #{translated_initial_call => Call, behaviour => Kind, ancestors => Ancestors}
    end.
