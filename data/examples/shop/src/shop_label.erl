%% SPDX-License-Identifier: GPL-3.0-or-later
%%
%% Labels tell processes apart that have no registered name; OTP knows them from release 27.
-module(shop_label).

-export([set/1]).

set(Label) ->
    case erlang:function_exported(proc_lib, set_label, 1) of
        true -> apply(proc_lib, set_label, [Label]);
        false -> ok
    end.
