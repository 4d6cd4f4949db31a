#!/usr/bin/env escript
%% -*- erlang -*-
%%! -kernel logger_level none
%%
%% Plays scenarios with Erlang/OTP's own supervisor and prints what happened.
%%
%% It reads terms `{Number, {Supervisor, Outcomes, Acts}}.`, one a line, from standard input, plays them side by side, and
%% prints one line for each as it is done: its number, a tab, and the trace, with `|` between its entries and `=` between
%% its acts.
-module(supervisor_trace).
-mode(compile).
-behaviour(supervisor).
-export([main/1, init/1, start_worker/3, start_supervisor/3]).

main([]) ->
    Printer = spawn_link(fun printer/0),
    read(Printer).

read(Printer) ->
    case io:get_line("") of
        eof ->
            ok;
        Line ->
            {ok, Tokens, _} = erl_scan:string(Line),
            {ok, {Number, Scenario}} = erl_parse:parse_term(Tokens),
            spawn_link(fun() -> Printer ! {played, Number, play(Scenario)} end),
            read(Printer)
    end.

printer() ->
    receive
        {played, Number, Lines} -> io:format("~b\t~ts~n", [Number, lists:join("|", Lines)])
    end,
    printer().

%% A scenario, from its start to its end.
play({Supervisor, Outcomes, Acts}) ->
    process_flag(trap_exit, true),
    Tracer = spawn_link(fun() -> tracer(#{lines => [], outcomes => Outcomes, workers => #{}}) end),
    case supervisor:start_link(?MODULE, {Supervisor, "", Tracer}) of
        {ok, Root} ->
            settle(Root, Tracer),
            act(Acts, Root, Tracer);
        {error, _} ->
            log(Tracer, "end failed")
    end,
    Lines = call(Tracer, lines),
    unlink(Tracer),
    exit(Tracer, kill),
    lists:reverse(Lines).

act(Acts, Root, Tracer) ->
    log(Tracer, "="),
    case ended(Root) of
        {ended, Reason1} ->
            log(Tracer, ["end ", reason(Reason1)]);
        lives when Acts =:= [] ->
            log(Tracer, ["alive ", lists:join(" ", call(Tracer, alive))]),
            stop(Root, Tracer);
        lives ->
            [First | Rest] = Acts,
            perform(First, Root, Tracer),
            settle(Root, Tracer),
            act(Rest, Root, Tracer)
    end.

%% A process is gone a moment before those that are linked to it hear so.
ended(Root) ->
    case is_process_alive(Root) of
        true -> lives;
        false -> receive {'EXIT', Root, Reason} -> {ended, Reason} end
    end.

stop(Root, Tracer) ->
    exit(Root, shutdown),
    receive {'EXIT', Root, Reason} -> log(Tracer, ["end ", reason(Reason)]) end,
    settle(Root, Tracer).

perform({wait, Ms}, _Root, _Tracer) ->
    timer:sleep(Ms);
perform({exit, Path, How}, Root, Tracer) ->
    case call(Tracer, {pid, Path}) of
        none -> end_supervisor(find(Root, Path ++ "/"), How);
        Pid -> end_worker(Pid, How)
    end;
%% The supervisor hears of these ends together: it is suspended meanwhile.
perform({burst, Path, Exits}, Root, Tracer) ->
    case find(Root, Path) of
        none ->
            ok;
        Supervisor ->
            ok = sys:suspend(Supervisor),
            Pids = [{call(Tracer, {pid, Worker}), How} || {Worker, How} <- Exits],
            [end_worker(Pid, How) || {Pid, How} <- Pids, is_pid(Pid)],
            ok = sys:resume(Supervisor)
    end;
perform({call, Path, Request}, Root, Tracer) ->
    case find(Root, Path) of
        none -> log(Tracer, "reply no supervisor");
        Pid -> log(Tracer, ["reply ", answer(Request, Pid, Path, Tracer)])
    end.

end_worker(Pid, How) ->
    Monitor = monitor(process, Pid),
    case How of
        killed -> exit(Pid, kill);
        _ -> Pid ! {die, How}
    end,
    receive {'DOWN', Monitor, process, Pid, _} -> ok end.

%% A supervisor does not end as normal, and traps exits: it is asked to end, as a release handler would.
end_supervisor(none, _) ->
    ok;
end_supervisor(_, normal) ->
    ok;
end_supervisor(Pid, killed) ->
    Monitor = monitor(process, Pid),
    exit(Pid, kill),
    receive {'DOWN', Monitor, process, Pid, _} -> ok end;
end_supervisor(Pid, shutdown) ->
    gen_server:stop(Pid, shutdown, infinity);
end_supervisor(Pid, crash) ->
    gen_server:stop(Pid, boom, infinity).

answer({start_child, Child}, Pid, Path, Tracer) ->
    result(supervisor:start_child(Pid, spec(Child, Path, Tracer)));
answer({terminate_child, Id}, Pid, _, _) ->
    result(supervisor:terminate_child(Pid, Id));
answer({restart_child, Id}, Pid, _, _) ->
    result(supervisor:restart_child(Pid, Id));
answer({delete_child, Id}, Pid, _, _) ->
    result(supervisor:delete_child(Pid, Id));
answer({get_childspec, Id}, Pid, _, _) ->
    case supervisor:get_childspec(Pid, Id) of
        {ok, #{id := Found, restart := Restart, shutdown := Shutdown, type := Type, significant := Significant}} ->
            io_lib:format("ok ~s ~s ~w ~s ~s", [Found, Restart, Shutdown, Type, Significant]);
        {error, Error} ->
            atom_to_list(Error)
    end;
answer(which_children, Pid, _, _) ->
    %% OTP lists the newest first.
    case lists:reverse(supervisor:which_children(Pid)) of
        [] -> "none";
        Children ->
            lists:join(" ", [io_lib:format("~s:~s:~s", [Id, status(Child), Type]) || {Id, Child, Type, _} <- Children])
    end;
answer(count_children, Pid, _, _) ->
    Counts = supervisor:count_children(Pid),
    lists:join("/", [integer_to_list(proplists:get_value(Key, Counts)) || Key <- [specs, active, supervisors, workers]]);
%% The dynamic counterpart, whose children have no ids: the test gives them some, and keeps them unique.
answer({start_dynamic, Id}, Pid, Path, Tracer) ->
    Worker = Path ++ atom_to_list(Id),
    case call(Tracer, {pid, Worker}) of
        none -> result(supervisor:start_child(Pid, [Worker]));
        _ -> "already_started"
    end;
answer({terminate_dynamic, Id}, Pid, Path, Tracer) ->
    case call(Tracer, {pid, Path ++ atom_to_list(Id)}) of
        none -> "not_found";
        Child -> result(supervisor:terminate_child(Pid, Child))
    end;
answer(which_dynamic, Pid, _, Tracer) ->
    Names = [call(Tracer, {path, Child}) || {undefined, Child, worker, _} <- supervisor:which_children(Pid)],
    lists:join(" ", ["has" | lists:sort(Names)]);
answer(count_dynamic, Pid, _, _) ->
    Counts = supervisor:count_children(Pid),
    lists:join("/", [integer_to_list(proplists:get_value(Key, Counts)) || Key <- [active, supervisors, workers]]).

result(ok) -> "ok";
result({ok, undefined}) -> "ok ignored";
result({ok, Pid}) when is_pid(Pid) -> "ok started";
result({error, {already_started, _}}) -> "already_started";
result({error, {bad_combination, _}}) -> "bad_combination";
result({error, {fail, _Child}}) -> "start_failed";
result({error, fail}) -> "start_failed";
result({error, {{shutdown, _}, _Child}}) -> "start_failed";
result({error, {shutdown, _}}) -> "start_failed";
result({error, Error}) when is_atom(Error) -> atom_to_list(Error).

status(undefined) -> "stopped";
status(restarting) -> "restarting";
status(Pid) when is_pid(Pid) -> "running".

reason(normal) -> "normal";
reason(shutdown) -> "shutdown";
reason({shutdown, _}) -> "shutdown";
reason(killed) -> "killed";
reason(_) -> "crash".

%% The supervisor of a path: "" is the root, "g/" the one below it called g.
find(Root, "") ->
    Root;
find(Root, Path) ->
    [Name | Rest] = string:split(Path, "/"),
    Id = list_to_atom(Name),
    case lists:keyfind(Id, 1, supervisor:which_children(Root)) of
        {Id, Pid, supervisor, _} when is_pid(Pid) -> find(Pid, lists:append(Rest));
        _ -> none
    end.

%% Waits until nothing moves any more: every child that is listed lives, none is being restarted, and no worker lives that
%% is not listed; or the root is gone, and every worker with it.
settle(Root, Tracer) ->
    case is_settled(Root, Tracer) of
        true -> ok;
        false -> timer:sleep(1), settle(Root, Tracer)
    end.

is_settled(Root, Tracer) ->
    case is_process_alive(Root) of
        false -> call(Tracer, pids) =:= [];
        true ->
            case workers(Root) of
                moving -> false;
                Workers -> lists:sort(Workers) =:= call(Tracer, pids)
            end
    end.

%% The workers at and below a supervisor.
workers(Supervisor) ->
    try supervisor:which_children(Supervisor) of
        Children -> lists:foldl(fun child_workers/2, [], Children)
    catch
        %% It is gone, or about to be, and whoever supervises it has yet to hear of it.
        exit:_ -> moving
    end.

child_workers(_, moving) -> moving;
child_workers({_, undefined, _, _}, Workers) -> Workers;
child_workers({_, restarting, _, _}, _) -> moving;
child_workers({_, Pid, worker, _}, Workers) ->
    case is_process_alive(Pid) of
        true -> [Pid | Workers];
        false -> moving
    end;
child_workers({_, Pid, supervisor, _}, Workers) ->
    case workers(Pid) of
        moving -> moving;
        Below -> Below ++ Workers
    end.

%% Supervisors and workers.

init({{dynamic, Intensity, Period, AutoShutdown, {Restart, Shutdown, Significant, Manner}}, _Path, Tracer}) ->
    Start = {?MODULE, start_worker, [Tracer, Manner]},
    Spec = #{id => child, start => Start, restart => Restart, shutdown => Shutdown, significant => Significant},
    Flags = #{strategy => simple_one_for_one, intensity => Intensity, period => Period, auto_shutdown => AutoShutdown},
    {ok, {Flags, [Spec]}};
init({{Strategy, Intensity, Period, AutoShutdown, Children}, Path, Tracer}) ->
    Flags = #{strategy => Strategy, intensity => Intensity, period => Period, auto_shutdown => AutoShutdown},
    {ok, {Flags, [spec(Child, Path, Tracer) || Child <- Children]}}.

spec({Type, Id, Restart, Shutdown, Significant, Rest}, Path, Tracer) ->
    Function = case Type of worker -> start_worker; supervisor -> start_supervisor end,
    Start = {?MODULE, Function, [Tracer, Rest, Path ++ atom_to_list(Id)]},
    #{id => Id, start => Start, restart => Restart, shutdown => Shutdown, significant => Significant, type => Type}.

start_supervisor(Tracer, Supervisor, Path) ->
    case call(Tracer, {outcome, Path}) of
        ok -> supervisor:start_link(?MODULE, {Supervisor, Path ++ "/", Tracer});
        fail -> {error, fail};
        ignore -> ignore
    end.

start_worker(Tracer, Manner, Path) ->
    case call(Tracer, {outcome, Path}) of
        ok ->
            Supervisor = self(),
            Pid = spawn_link(fun() ->
                process_flag(trap_exit, true),
                call(Tracer, {started, Path, self()}),
                Supervisor ! {up, self()},
                worker(Tracer, Manner)
            end),
            receive {up, Pid} -> {ok, Pid} end;
        fail -> {error, fail};
        ignore -> ignore
    end.

worker(Tracer, Manner) ->
    receive
        {'EXIT', _, _} when Manner =:= stubborn -> worker(Tracer, Manner);
        {'EXIT', _, Reason} -> leave(Tracer, Reason);
        {die, crash} -> leave(Tracer, boom);
        {die, How} -> leave(Tracer, How)
    end.

leave(Tracer, Reason) ->
    call(Tracer, {ended, self(), Reason}),
    exit(Reason).

%% The tracer writes down what happens, in the order in which it happens, and says how starts go.

log(Tracer, Line) -> call(Tracer, {log, Line}).

call(Tracer, Request) ->
    Ref = make_ref(),
    Tracer ! {Ref, self(), Request},
    receive {Ref, Answer} -> Answer end.

tracer(State0) ->
    receive
        {Ref, From, Request} ->
            %% Nobody could write down the end of one that was killed.
            {Answer, State} = trace(Request, bury(State0)),
            From ! {Ref, Answer},
            tracer(State)
    end.

trace({log, Line}, State) ->
    {ok, write(Line, State)};
trace({outcome, Path}, #{outcomes := Outcomes} = State) ->
    {Outcome, Rest} = case maps:get(Path, Outcomes, []) of
        [] -> {ok, []};
        [First | Others] -> {First, Others}
    end,
    Next = State#{outcomes := Outcomes#{Path => Rest}},
    case Outcome of
        ok -> {ok, Next};
        _ -> {Outcome, write([atom_to_list(Outcome), " ", Path], Next)}
    end;
trace({started, Path, Pid}, #{workers := Workers} = State) ->
    monitor(process, Pid),
    {ok, write(["+", Path], State#{workers := Workers#{Pid => Path}})};
trace({ended, Pid, Reason}, State) ->
    {ok, bury(Pid, Reason, State)};
trace({path, Pid}, #{workers := Workers} = State) ->
    {maps:get(Pid, Workers, "nobody"), State};
trace({pid, Path}, #{workers := Workers} = State) ->
    {hd([Pid || {Pid, Known} <- maps:to_list(Workers), Known =:= Path] ++ [none]), State};
trace(alive, #{workers := Workers} = State) ->
    {lists:sort(maps:values(Workers)), State};
trace(pids, #{workers := Workers} = State) ->
    {lists:sort(maps:keys(Workers)), State};
trace(lines, #{lines := Lines} = State) ->
    {Lines, State}.

%% Ends come in the order in which they happened; what is still on its way is looked up.
bury(#{workers := Workers} = State) ->
    receive
        {'DOWN', _, process, Pid, _} -> bury(bury(Pid, killed, State))
    after 0 ->
        Dead = [Pid || Pid <- maps:keys(Workers), not is_process_alive(Pid)],
        lists:foldl(fun(Pid, Acc) -> bury(Pid, killed, Acc) end, State, Dead)
    end.

bury(Pid, Reason, #{workers := Workers} = State) ->
    case maps:take(Pid, Workers) of
        {Path, Rest} -> write(["-", Path, " ", reason(Reason)], State#{workers := Rest});
        error -> State
    end.

write(Line, #{lines := Lines} = State) -> State#{lines := [Line | Lines]}.
