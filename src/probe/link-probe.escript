#!/usr/bin/env escript
%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Links the probe's modules into one, ov_probe, and writes it as C: once as this release
%% compiles it, which loads on this release and later ones, and once for the oldest release,
%% from OTP 23 on, that this compiler still writes code for (OTP 25: 23; OTP 27: 24).
%%
%% Why one: unloading a module asks every process whether it still runs in it; on a node with
%% 100,000 processes that took 0.15-0.3 s for each module, small or large.  And one module is
%% loaded whole or not at all.
%%
%%   link-probe.escript OUT.c ov_probe.erl ov_probe_guard.erl ...
-mode(compile).

main([Out | Sources]) ->
    Modules = [parse(Source) || Source <- Sources],
    Names = [Name || {Name, _} <- Modules],
    Forms = link(Names, Modules),
    Release = list_to_integer(erlang:system_info(otp_release)),
    Oldest = oldest(23, Release),
    Text = [head(),
            array("ov_probe_beam_default", compile(Forms, [])),
            release("ov_probe_beam_default_release", Release),
            array("ov_probe_beam_older", compile(Forms, options(Oldest, Release))),
            release("ov_probe_beam_older_release", Oldest)],
    ok = file:write_file(Out, Text).

parse(Source) ->
    {ok, Forms} = epp:parse_file(Source, [{includes, [filename:dirname(Source)]}]),
    [] = [Form || {error, _} = Form <- Forms],
    [Name] = [Name || {attribute, _, module, Name} <- Forms],
    {Name, Forms}.

%% The first module keeps its exports; everything else becomes local to it.
link([Main | _] = Names, Modules) ->
    Exports = [Export || {Name, Forms} <- Modules, Name =:= Main,
                         {attribute, _, export, List} <- Forms, Export <- List],
    Functions = lists:append([functions(Names, Module) || Module <- Modules]),
    [{attribute, 1, module, Main}, {attribute, 1, export, Exports} | Functions].

functions(Names, {Module, Forms}) ->
    Local = sets:from_list([{F, A} || {function, _, F, A, _} <- Forms]),
    [{function, Line, name(Module, F, Names), A, walk(Clauses, {Module, Local, Names})}
     || {function, Line, F, A, Clauses} <- Forms].

%% Functions of the main module keep their names.
name(Main, F, [Main | _]) -> F;
name(Module, F, _) -> list_to_atom(atom_to_list(Module) ++ ":" ++ atom_to_list(F)).

walk({call, L, {remote, _, {atom, _, M}, {atom, A, F}}, Args} = Call, {_, _, Names} = Env) ->
    case lists:member(M, Names) of
        true -> {call, L, {atom, A, name(M, F, Names)}, walk(Args, Env)};
        false -> setelement(4, Call, walk(Args, Env))
    end;
walk({call, L, {atom, A, F}, Args}, {Module, Local, Names} = Env) ->
    case sets:is_element({F, length(Args)}, Local) of
        true -> {call, L, {atom, A, name(Module, F, Names)}, walk(Args, Env)};
        false -> {call, L, {atom, A, F}, walk(Args, Env)}
    end;
walk({'fun', L, {function, F, A}} = Fun, {Module, Local, Names}) ->
    case sets:is_element({F, A}, Local) of
        true -> {'fun', L, {function, name(Module, F, Names), A}};
        false -> Fun
    end;
walk({'fun', L, {function, {atom, _, M}, {atom, _, F}, {integer, _, A}}} = Fun, {_, _, Names}) ->
    case lists:member(M, Names) of
        true -> {'fun', L, {function, name(M, F, Names), A}};
        false -> Fun
    end;
walk(Tuple, Env) when is_tuple(Tuple) ->
    list_to_tuple([walk(Element, Env) || Element <- tuple_to_list(Tuple)]);
walk([Head | Tail], Env) ->
    [walk(Head, Env) | walk(Tail, Env)];
walk(Other, _) ->
    Other.

compile(Forms, Options) ->
    {ok, _, Beam} = compile:forms(Forms, [binary, deterministic, return_errors | Options]),
    {ok, {_, Stripped}} = beam_lib:strip(Beam),
    zlib_free(Stripped).

%% The oldest release this compiler has an option for.
oldest(Oldest, Release) when Oldest >= Release ->
    Release;
oldest(Oldest, Release) ->
    case compile:forms([{attribute, 1, module, none}], [binary, return | options(Oldest, Release)]) of
        {ok, _, _, _} -> Oldest;
        {error, _, _} -> oldest(Oldest + 1, Release)
    end.

options(Release, Release) -> [];
options(Oldest, _) -> [list_to_atom("r" ++ integer_to_list(Oldest))].

%% beam_lib compresses; the loader takes both, and plain bytes load faster.
zlib_free(<<16#1f, 16#8b, _/binary>> = Packed) -> zlib:gunzip(Packed);
zlib_free(Beam) -> Beam.

head() ->
    "/* Made by link-probe.escript from erl/. */\n"
    "#include \"probe/ov-probe-beam-private.h\"\n\n".

array(Name, Beam) ->
    ["const guint8 ", Name, "[] = {", rows(Beam), "\n};\n",
     "const gsize ", Name, "_size = sizeof ", Name, ";\n\n"].

release(Name, Release) ->
    ["const guint ", Name, " = ", integer_to_list(Release), ";\n\n"].

rows(<<Row:16/binary, Rest/binary>>) -> [row(Row) | rows(Rest)];
rows(<<>>) -> [];
rows(Row) -> row(Row).

row(Row) ->
    ["\n ", [[" ", integer_to_list(Byte), ","] || <<Byte>> <= Row]].
