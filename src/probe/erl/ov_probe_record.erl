%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% One process as a record, read without running anything in it: only process_info.
%% The caller keeps a context from new/0, and the process dictionary as a cache of texts and of
%% what modules say of themselves; no module is ever loaded for that.
-module(ov_probe_record).
-include("ov_probe.hrl").
-export([new/0, restart/1, read/2, behaviour/1, describe/1, pid_list/2, status/1,
         system_ns/0, is_large/1, aside/1]).

-define(MANY_REDUCTIONS, 100000).  % with fewer nothing large was put into a dictionary
-define(LARGE_HEAP, 524288).       % words; a dictionary in there is copied aside
-define(HUGE_HEAP, 8388608).       % words; a dictionary in there is not copied at all
-define(ASIDE_MS, 1000).

-define(CALLERS, '$callers').
-define(LABEL, '$process_label').

%% What this release can tell, found out by asking once.
new() ->
    HasKeys = can({dictionary, '$ancestors'}),
    HasParent = can(parent),
    Keys = case HasKeys of
               true -> [{dictionary, '$initial_call'}, {dictionary, '$ancestors'},
                        {dictionary, ?LABEL}, {dictionary, ?CALLERS}];
               false -> [dictionary]
           end,
    Parent = [parent || HasParent],
    Items = [reductions, status, registered_name, initial_call, current_function, trap_exit,
             group_leader] ++ Parent ++ Keys,
    #{keys => HasKeys, shape => none,
      items => Items ++ [links], items_memory => Items ++ [links, memory],
      items_bare => Items, items_first => Items -- [dictionary]}.

can(Item) ->
    try is_list(process_info(self(), [Item])) catch error:badarg -> false end.

%% A batch begins: its first record repeats the shape.
restart(Context) ->
    Context#{shape := none}.

%% {Record, Kind, Context} or none when the process is gone.  What many processes have in
%% common is their shape; a record whose shape is that of the one before says 0.
read(Pid, Context) ->
    case process_info(Pid, message_queue_len) of
        undefined -> none;
        {_, Waiting} -> read(Pid, Waiting, is_busy(Pid, Context), Context)
    end.

%% A process that ran for long may hold a hundred thousand links (a supervisor), and asking for
%% them cannot be sliced: look first at what it is.  The same for one with a large dictionary,
%% where the release cannot tell single keys.
is_busy(Pid, #{keys := HasKeys}) ->
    case process_info(Pid, [reductions, heap_size]) of
        [{_, N}, _] when N > 1000000 -> true;
        [_, {_, Words}] when Words > ?LARGE_HEAP -> true;
        [{_, N}, _] when N > ?MANY_REDUCTIONS, not HasKeys -> is_large(Pid) =/= false;
        _ -> false
    end.

%% false, large or huge, by both generations of the heap; this costs the same for any process.
is_large(Pid) ->
    case process_info(Pid, garbage_collection_info) of
        {_, Sizes} ->
            Size = fun(Key) -> proplists:get_value(Key, Sizes, 0) end,
            case Size(heap_block_size) + Size(old_heap_block_size) + Size(mbuf_size) of
                Words when Words > ?HUGE_HEAP -> huge;
                Words when Words > ?LARGE_HEAP -> large;
                _ -> false
            end;
        undefined ->
            false
    end.

%% What may need more memory than we have: in a process that dies of it instead of us.
aside(Fun) ->
    Limit = #{size => ?HEAP_WORDS, kill => true, error_logger => false},
    {Pid, Ref} = spawn_opt(fun() -> exit({aside, Fun()}) end,
                           [monitor, {max_heap_size, Limit}]),
    receive
        {'DOWN', Ref, process, Pid, {aside, Answer}} -> {ok, Answer};
        {'DOWN', Ref, process, Pid, _} -> too_large
    after ?ASIDE_MS ->
        erlang:demonitor(Ref, [flush]),
        exit(Pid, kill),
        too_large
    end.

%% All facts but links and memory, whatever the dictionary holds; undefined when it is gone.
bare(Pid, #{keys := true, items_bare := Items} = Context) ->
    bare_facts(process_info(Pid, Items), Context);
bare(Pid, #{keys := false, items_first := Items} = Context) ->
    case process_info(Pid, Items) of
        undefined -> undefined;
        Info -> bare_facts(Info ++ [{dictionary, kept_keys(Pid, is_large(Pid))}], Context)
    end.

bare_facts(undefined, _) ->
    undefined;
bare_facts(Info, Context) ->
    {Facts, []} = facts(Info, Context),
    Facts.

kept_keys(_, huge) ->
    [];
kept_keys(Pid, large) ->
    case aside(fun() -> kept_keys(Pid, false) end) of
        {ok, Kept} -> Kept;
        too_large -> []
    end;
kept_keys(Pid, false) ->
    case process_info(Pid, dictionary) of
        {_, Entries} ->
            Keys = ['$initial_call', '$ancestors', ?LABEL, ?CALLERS],
            [Entry || Key <- Keys, Entry <- [lists:keyfind(Key, 1, Entries)], Entry =/= false];
        undefined ->
            []
    end.

read(Pid, Waiting, true, Context) ->
    case bare(Pid, Context) of
        undefined ->
            none;
        Facts ->
            case kind(Facts) of
                ?B_SUPERVISOR -> build(Pid, Waiting, Facts, [{links, unknown}], Context);
                _ -> build(Pid, Waiting, Facts, expensive(Pid, Waiting), Context)
            end
    end;
read(Pid, Waiting, false, Context) ->
    Key = case Waiting < ?LONG_MAILBOX of true -> items_memory; false -> items end,
    case process_info(Pid, maps:get(Key, Context)) of
        undefined ->
            none;
        Info ->
            {Facts, Rest} = facts(Info, Context),
            build(Pid, Waiting, Facts, Rest, Context)
    end.

expensive(Pid, Waiting) ->
    Items = case Waiting < ?LONG_MAILBOX of true -> [links, memory]; false -> [links] end,
    case process_info(Pid, Items) of
        undefined -> [{links, []}];
        Rest -> Rest
    end.

%% Walks the answer in the order it was asked for.
facts([{_, Reductions}, {_, Status}, Name, {_, Initial}, {_, Current}, {_, Trap}, {_, Leader}
       | Rest], #{keys := HasKeys}) ->
    Facts = #{reductions => Reductions, status => Status, name => name(Name), initial => Initial,
              current => Current, trap => Trap, leader => Leader, parent => []},
    parent_fact(Rest, HasKeys, Facts).

parent_fact([{parent, Parent} | Rest], HasKeys, Facts) ->
    key_facts(Rest, HasKeys, Facts#{parent := pid_or_none(Parent)});
parent_fact(Rest, HasKeys, Facts) ->
    key_facts(Rest, HasKeys, Facts).

key_facts([{_, Translated}, {_, Ancestors}, {_, Label}, {_, Callers} | Rest], true, Facts) ->
    {with_keys(Translated, Ancestors, Label, Callers, Facts), Rest};
key_facts([{dictionary, Dictionary} | Rest], false, Facts) ->
    Value = fun(Key) ->
                    case lists:keyfind(Key, 1, Dictionary) of
                        {_, Found} -> Found;
                        false -> undefined
                    end
            end,
    {with_keys(Value('$initial_call'), Value('$ancestors'), Value(?LABEL), Value(?CALLERS),
               Facts), Rest}.

with_keys(Translated, Ancestors, Label, Callers, Facts) ->
    Facts#{translated => translated(Translated), ancestors => ancestors(Ancestors),
           label => Label, callers => Callers}.

translated({M, F, A} = Call) when is_atom(M), is_atom(F), is_integer(A) -> Call;
translated({M, F, Args}) when is_atom(M), is_atom(F), is_list(Args) -> {M, F, length(Args)};
translated(_) -> none.

ancestors([_ | _] = List) -> [A || A <- top(List, 8), is_pid(A) orelse is_atom(A)];
ancestors(_) -> [].

top([Head | Tail], N) when N > 0 -> [Head | top(Tail, N - 1)];
top(_, _) -> [].

name({registered_name, Name}) when is_atom(Name) -> Name;
name(_) -> [].

pid_or_none(Pid) when is_pid(Pid) -> Pid;
pid_or_none(_) -> [].

build(Pid, Waiting, Facts, [{links, Links} | Rest], Context) ->
    #{reductions := Reductions, status := Status, name := Name, trap := Trap,
      label := Label, current := Current} = Facts,
    Kind = kind(Facts),
    {M, F, A} = initial(Facts),
    {Parent, ParentName, Ancestors} = family(Facts),
    Shape = {Kind, M, F, A, call_text(Current), Parent, ParentName, maps:get(leader, Facts),
             Ancestors},
    {NLinks, Pids} = links(Links),
    Flags = status(Status) bor case Trap of true -> 16; false -> 0 end,
    Record = {?R_PROCESS, Pid, same(Shape, Context), Name, Flags, memory(Rest), Reductions,
              Waiting, NLinks, Pids, label(Label)},
    {Record, Kind, Context#{shape := Shape}}.

same(Shape, #{shape := Shape}) -> 0;
same(Shape, _) -> Shape.

memory([{memory, Bytes}]) -> Bytes;
memory(_) -> [].

%% Ports are counted, not listed.
links(unknown) ->
    {[], []};
links([]) ->
    {0, []};
links([Pid]) when is_pid(Pid) ->
    {1, [Pid]};
links(Links) ->
    {length(Links), pid_list(Links, ?MAX_LINKS)}.

pid_list([Pid | Rest], Room) when Room > 0, is_pid(Pid) -> [Pid | pid_list(Rest, Room - 1)];
pid_list([_ | Rest], Room) when Room > 0 -> pid_list(Rest, Room);
pid_list(_, _) -> [].

%% The one it was started by ($ancestors), else the one that spawned it.
family(#{ancestors := [Pid | More]}) when is_pid(Pid) -> {Pid, [], More};
family(#{ancestors := [Name | More], parent := Parent}) -> {Parent, Name, More};
family(#{ancestors := [], parent := Parent}) -> {Parent, [], []}.

%% A term in a tuple, so that no label and the label [] differ.
label(undefined) ->
    [];
label(Label) ->
    {View, _} = ov_probe_cut:cut(Label, 24, 6),
    {View}.

initial(#{translated := {_, _, _} = Call}) -> Call;
initial(#{initial := {M, F, A}}) when is_atom(M), is_atom(F), is_integer(A) -> {M, F, A};
initial(_) -> {[], [], 0}.

%% A live process in words: #{call, kind, ancestors}, or none.
describe(Pid) ->
    case bare(Pid, new()) of
        undefined ->
            none;
        Facts ->
            #{call => initial(Facts), kind => kind(Facts), ancestors => maps:get(ancestors, Facts)}
    end.

behaviour(Pid) ->
    case describe(Pid) of
        none -> ?B_UNKNOWN;
        #{kind := Kind} -> Kind
    end.

kind(#{translated := {supervisor, _, _}}) -> ?B_SUPERVISOR;
kind(#{translated := {supervisor_bridge, _, _}}) -> ?B_SUPERVISOR;
kind(#{translated := {supervisor2, _, _}}) -> ?B_SUPERVISOR;
kind(#{translated := {gen_event, _, _}}) -> ?B_GEN_EVENT;
kind(#{translated := none, initial := {application_master, _, _}}) -> ?B_APPLICATION_MASTER;
kind(#{translated := {application_master, _, _}}) -> ?B_APPLICATION_MASTER;
kind(#{translated := none}) -> ?B_UNKNOWN;
kind(#{translated := {M, init, 1}, current := Current}) -> generic(Current, M);
kind(#{translated := {M, F, _}, current := Current, callers := Callers}) ->
    case {generic(Current, none), Callers} of
        {?B_GEN_SERVER, _} -> agent_or_server(atom_to_list(F), atom_to_list(M));
        {?B_PROC_LIB, [_ | _]} -> ?B_TASK;
        {Kind, _} -> Kind
    end.

%% Elixir's agents call themselves after the function that made their first state.
agent_or_server("-" ++ _, _) -> ?B_AGENT;
agent_or_server(F, _) when F =:= "mount"; F =:= "join" -> ?B_GEN_SERVER;
agent_or_server(_, "Elixir." ++ _) -> ?B_AGENT;
agent_or_server(_, _) -> ?B_GEN_SERVER.

generic({gen_server, _, _}, _) -> ?B_GEN_SERVER;
generic({gen_statem, _, _}, _) -> ?B_GEN_STATEM;
generic({gen_event, _, _}, _) -> ?B_GEN_EVENT;
generic(_, none) -> ?B_PROC_LIB;
generic(_, Module) -> declared(Module).

%% What the module says it is; asked once per module, and only of loaded ones.
declared(Module) ->
    case get({declared, Module}) of
        undefined ->
            Kind = declared(erlang:module_loaded(Module), Module),
            put({declared, Module}, Kind),
            Kind;
        Kind ->
            Kind
    end.

declared(false, _) ->
    ?B_PROC_LIB;
declared(true, Module) ->
    Attributes = try erlang:get_module_info(Module, attributes) catch error:_ -> [] end,
    Names = lists:append([N || {Key, N} <- Attributes, is_list(N),
                               Key =:= behaviour orelse Key =:= behavior]),
    first([{gen_server, ?B_GEN_SERVER}, {'Elixir.GenServer', ?B_GEN_SERVER},
           {gen_server2, ?B_GEN_SERVER}, {gen_statem, ?B_GEN_STATEM},
           {gen_event, ?B_GEN_EVENT}], Names).

first([{Name, Kind} | Rest], Names) ->
    case lists:member(Name, Names) of
        true -> Kind;
        false -> first(Rest, Names)
    end;
first([], _) ->
    ?B_PROC_LIB.

%% "m:f/a", made once for each function.
call_text({M, F, A} = Call) when is_atom(M), is_atom(F), is_integer(A) ->
    case get(Call) of
        undefined ->
            Text = iolist_to_binary([name_text(M), $:, name_text(F), $/, integer_to_list(A)]),
            put(Call, Text),
            Text;
        Text ->
            Text
    end;
call_text(_) ->
    [].

%% Quoted where the shell would; of io_lib nothing is used, since that may not be loaded. On lists,
%% since OTP 29 refuses the instructions with which OTP 25 matches binaries.
name_text(Atom) ->
    Text = atom_to_list(Atom),
    case is_plain(Text) of
        true -> Text;
        false -> unicode:characters_to_binary([$', [escaped(Char) || Char <- Text], $'])
    end.

is_plain([First | Rest]) when First >= $a, First =< $z -> is_word(Rest);
is_plain(_) -> false.

is_word([C | Rest])
  when C >= $a, C =< $z; C >= $A, C =< $Z; C >= $0, C =< $9; C =:= $_; C =:= $@ -> is_word(Rest);
is_word(Rest) -> Rest =:= [].

escaped($') -> "\\'";
escaped($\\) -> "\\\\";
escaped(Char) -> Char.

status(waiting) -> 1;
status(running) -> 2;
status(runnable) -> 3;
status(garbage_collecting) -> 4;
status(suspended) -> 5;
status(exiting) -> 6;
status(_) -> 0.

system_ns() ->
    erlang:system_time(nanosecond).
