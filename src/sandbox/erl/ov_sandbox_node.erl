%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% The first thing that runs in a sandbox: compiles the example from its sources, starts it,
%% turns distribution on, and tells the program outside on which port.
%%
%% The sources are compiled here, at each start, so that what runs is what a person reads,
%% whatever release of Erlang or Elixir the machine has.
%%
%% A node must not outlive the program that wanted it: the watchdog holds the other end of the
%% program's pipe, and the end of that pipe is the end of the node.
-module(ov_sandbox_node).

-export([start/0]).

-define(READY, "overstory-sandbox ready ").
-define(FAILED, "overstory-sandbox failed ").

%% Plain arguments: folder of this file, node name, example, language, folder of the example, folders of Elixir's applications.
start() ->
    watch_pipe(),
    [_Launcher, Node, Example, Language, Folder | Elixir] = init:get_plain_arguments(),
    try
        Ebin = make_ebin(),
        ok = add_elixir(Language, Elixir),
        Application = prepare(Language, Example, Folder, Ebin),
        {ok, _} = application:ensure_all_started(Application, permanent),
        {ok, _} = net_kernel:start([list_to_atom(Node), shortnames]),
        io:format(?READY "~b~n", [ov_sandbox_epmd:get_port()])
    catch
        Class:Reason:Stack ->
            io:format(?FAILED "~ts~n", [describe(Class, Reason, Stack)]),
            init:stop(1)
    end.

watch_pipe() ->
    Parent = self(),
    Watchdog = spawn(fun() -> watch_pipe(Parent) end),
    receive {Watchdog, ready} -> ok end.

watch_pipe(Parent) ->
    process_flag(priority, max),
    register(ov_sandbox_watchdog, self()),
    Port = open_port({fd, 0, 0}, [in, binary, eof]),
    Parent ! {self(), ready},
    wait_for_end(Port).

wait_for_end(Port) ->
    receive
        {Port, eof} -> erlang:halt(0, [{flush, false}]);
        _ -> wait_for_end(Port)
    end.

make_ebin() ->
    {ok, [[Home]]} = init:get_argument(home),
    Ebin = filename:join(Home, "ebin"),
    ok = filelib:ensure_dir(filename:join(Ebin, "any")),
    true = code:add_patha(Ebin),
    Ebin.

add_elixir("erlang", _) ->
    ok;
add_elixir("elixir", Folders) ->
    ok = code:add_pathsz(Folders),
    {ok, _} = application:ensure_all_started(elixir),
    ok.

%% Compiles into Ebin and returns the application's name.
prepare("erlang", _Example, Folder, Ebin) ->
    Sources = filename:join(Folder, "src"),
    Modules = compile_erlang(filelib:wildcard(filename:join(Sources, "*.erl")), Ebin),
    [Resource] = filelib:wildcard(filename:join(Sources, "*.app.src")),
    {ok, [{application, Name, Keys}]} = file:consult(Resource),
    write_resource(Name, lists:keystore(modules, 1, Keys, {modules, Modules}), Ebin),
    Name;
prepare("elixir", Example, Folder, Ebin) ->
    Sources = filelib:wildcard(filename:join([Folder, "elixir", "lib", "**", "*.ex"])),
    Modules = compile_elixir(Sources, Ebin),
    Name = list_to_atom(Example),
    write_resource(Name, [{description, Example},
                          {vsn, "1.0.0"},
                          {modules, Modules},
                          {applications, [kernel, stdlib, elixir]},
                          {mod, {application_module(Example), []}}], Ebin),
    Name.

%% "shop" -> 'Elixir.Shop.Application', the name `mix new` would give.
application_module([First | Rest]) ->
    list_to_atom("Elixir." ++ [string:to_upper(First) | Rest] ++ ".Application").

write_resource(Name, Keys, Ebin) ->
    File = filename:join(Ebin, atom_to_list(Name) ++ ".app"),
    ok = file:write_file(File, io_lib:format("~tp.~n", [{application, Name, Keys}])).

compile_erlang([_ | _] = Files, Ebin) ->
    Compile = fun(File) -> exit({compiled, compile:file(File, [debug_info, return_errors, {outdir, Ebin}])}) end,
    Running = [spawn_monitor(fun() -> Compile(File) end) || File <- Files],
    [receive
         {'DOWN', Ref, process, Pid, {compiled, {ok, Module}}} -> Module;
         {'DOWN', Ref, process, Pid, {compiled, Errors}} -> throw({cannot_compile, Errors});
         {'DOWN', Ref, process, Pid, Reason} -> throw({cannot_compile, Reason})
     end || {Pid, Ref} <- Running].

compile_elixir([_ | _] = Files, Ebin) ->
    Names = [unicode:characters_to_binary(File) || File <- Files],
    Compiler = 'Elixir.Kernel.ParallelCompiler',
    case Compiler:compile_to_path(Names, unicode:characters_to_binary(Ebin), [{return_diagnostics, true}]) of
        {ok, Modules, _Warnings} -> Modules;
        {error, Errors, _Warnings} -> throw({cannot_compile, Errors})
    end.

%% One line: the program outside reads lines.
describe(Class, Reason, Stack) ->
    Text = io_lib:format("~0tp:~0tp at ~0tp", [Class, Reason, lists:sublist(Stack, 3)]),
    string:slice(lists:flatten(Text), 0, 2000).
