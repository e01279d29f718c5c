#!/usr/bin/env escript
%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Compiles the probe's modules and their tests into a folder of its own, and runs eunit.
%% Arguments: folder of the sources, folder of the tests.
-mode(compile).

main([Sources, Tests]) ->
    Out = string:trim(os:cmd("mktemp -d")),
    try
        Files = filelib:wildcard(filename:join(Sources, "*.erl"))
            ++ filelib:wildcard(filename:join(Tests, "*_tests.erl")),
        Options = [{outdir, Out}, {i, Sources}, debug_info, report, warnings_as_errors],
        [{ok, _} = compile:file(File, Options) || File <- Files],
        true = code:add_patha(Out),
        Modules = [list_to_atom(filename:basename(File, ".erl"))
                   || File <- filelib:wildcard(filename:join(Tests, "*_tests.erl"))],
        case eunit:test(Modules, [verbose]) of
            ok -> ok;
            _ -> halt_after(Out, 1)
        end
    after
        remove(Out)
    end.

halt_after(Out, Status) ->
    remove(Out),
    halt(Status).

remove(Out) ->
    [file:delete(File) || File <- filelib:wildcard(filename:join(Out, "*"))],
    file:del_dir(Out).
