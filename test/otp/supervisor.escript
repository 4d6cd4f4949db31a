#!/usr/bin/env escript
%% -*- erlang -*-
%%! -noinput -kernel logger_level none
%%
%% Plays scenarios with Erlang/OTP's own supervisor and prints what happened.
%%
%% It reads terms {Number, {Supervisor, Outcomes, Acts}} from standard input, plays them side by side, and prints one line
%% for each: its number, a tab, and the trace, with `|` between its entries.
-module(supervisor_trace).
-mode(compile).
-behaviour(supervisor).
-export([main/1, init/1, start_worker/3, start_supervisor/3]).

main([File]) ->
    {ok, Scenarios} = file:consult(File),
    Self = self(),
    Pids = [spawn(fun() -> Self ! {done, self(), Number, play(Scenario)} end) || {Number, Scenario} <- Scenarios],
    lists:foreach(fun(Pid) ->
        receive
            {done, Pid, Number, Lines} -> io:format("~b\t~ts~n", [Number, lists:join("|", Lines)])
        end
    end, Pids).

%% A scenario, from its start to its end.
play({Supervisor, Outcomes, Acts}) ->
    process_flag(trap_exit, true),
    Tracer = spawn_link(fun() -> tracer(#{lines => [], outcomes => Outcomes, workers => #{}}) end),
    case supervisor:start_link(?MODULE, {Supervisor, "", Tracer}) of
        {ok, Root} ->
            settle(Root),
            act(Acts, Root, Tracer);
        {error, _} ->
            log(Tracer, "end failed")
    end,
    Lines = call(Tracer, lines),
    unlink(Tracer),
    exit(Tracer, kill),
    lists:reverse(Lines).

act(Acts, Root, Tracer) ->
    case receive {'EXIT', Root, Reason} -> {ended, Reason} after 0 -> lives end of
        {ended, Reason1} ->
            log(Tracer, ["end ", reason(Reason1)]);
        lives when Acts =:= [] ->
            log(Tracer, ["alive ", lists:join(" ", call(Tracer, alive))]),
            stop(Root, Tracer);
        lives ->
            [First | Rest] = Acts,
            perform(First, Root, Tracer),
            settle(Root),
            act(Rest, Root, Tracer)
    end.

stop(Root, Tracer) ->
    exit(Root, shutdown),
    receive {'EXIT', Root, Reason} -> log(Tracer, ["end ", reason(Reason)]) end.

perform({wait, Ms}, _Root, _Tracer) ->
    timer:sleep(Ms);
perform({exit, Path, How}, _Root, Tracer) ->
    case call(Tracer, {pid, Path}) of
        none ->
            ok;
        Pid ->
            Monitor = monitor(process, Pid),
            case How of
                killed -> exit(Pid, kill);
                _ -> Pid ! {die, How}
            end,
            receive {'DOWN', Monitor, process, Pid, _} -> ok end
    end;
perform({call, Path, Request}, Root, Tracer) ->
    case find(Root, Path) of
        none -> log(Tracer, "reply no supervisor");
        Pid -> log(Tracer, ["reply ", answer(Request, Pid, Path, Tracer)])
    end.

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
        {ok, #{id := Found}} -> ["ok ", atom_to_list(Found)];
        {error, Error} -> atom_to_list(Error)
    end;
answer(which_children, Pid, _, _) ->
    %% OTP lists the newest first.
    case lists:reverse(supervisor:which_children(Pid)) of
        [] -> "none";
        Children -> lists:join(" ", [[atom_to_list(Id), ":", status(Child)] || {Id, Child, _, _} <- Children])
    end;
answer(count_children, Pid, _, _) ->
    Counts = supervisor:count_children(Pid),
    lists:join("/", [integer_to_list(proplists:get_value(Key, Counts)) || Key <- [specs, active, supervisors, workers]]);
%% The dynamic counterpart, whose children have no ids: the test gives them some.
answer({start_dynamic, Id}, Pid, Path, _) ->
    result(supervisor:start_child(Pid, [Path ++ atom_to_list(Id)]));
answer({terminate_dynamic, Id}, Pid, Path, Tracer) ->
    case call(Tracer, {pid, Path ++ atom_to_list(Id)}) of
        none -> "not_found";
        Child -> result(supervisor:terminate_child(Pid, Child))
    end;
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

%% Waits until nothing moves any more: every child that is listed lives, and none is being restarted; or the root is gone.
settle(Root) ->
    case is_settled(Root) orelse not is_process_alive(Root) of
        true -> ok;
        false -> timer:sleep(1), settle(Root)
    end.

is_settled(Supervisor) ->
    try supervisor:which_children(Supervisor) of
        Children -> lists:all(fun is_child_settled/1, Children)
    catch
        %% It is gone, or about to be, and whoever supervises it has yet to hear of it.
        exit:_ -> false
    end.

is_child_settled({_, undefined, _, _}) -> true;
is_child_settled({_, restarting, _, _}) -> false;
is_child_settled({_, Pid, worker, _}) -> is_process_alive(Pid);
is_child_settled({_, Pid, supervisor, _}) -> is_process_alive(Pid) andalso is_settled(Pid).

%% Supervisors and workers.

init({{dynamic, Intensity, Period, Restart, Shutdown}, _Path, Tracer}) ->
    Spec = #{id => child, start => {?MODULE, start_worker, [Tracer, polite]}, restart => Restart, shutdown => Shutdown},
    {ok, {#{strategy => simple_one_for_one, intensity => Intensity, period => Period}, [Spec]}};
init({{Strategy, Intensity, Period, AutoShutdown, Children}, Path, Tracer}) ->
    Flags = #{strategy => Strategy, intensity => Intensity, period => Period, auto_shutdown => AutoShutdown},
    {ok, {Flags, [spec(Child, Path, Tracer) || Child <- Children]}}.

spec({worker, Id, Restart, Shutdown, Significant, Manner}, Path, Tracer) ->
    Start = {?MODULE, start_worker, [Tracer, Manner, Path ++ atom_to_list(Id)]},
    #{id => Id, start => Start, restart => Restart, shutdown => Shutdown, significant => Significant, type => worker};
spec({supervisor, Id, Restart, Significant, Supervisor}, Path, Tracer) ->
    Start = {?MODULE, start_supervisor, [Tracer, Supervisor, Path ++ atom_to_list(Id) ++ "/"]},
    #{id => Id, start => Start, restart => Restart, significant => Significant, type => supervisor}.

start_supervisor(Tracer, Supervisor, Path) ->
    supervisor:start_link(?MODULE, {Supervisor, Path, Tracer}).

start_worker(Tracer, Manner, Path) ->
    case call(Tracer, {outcome, Path}) of
        ok ->
            Supervisor = self(),
            Pid = spawn_link(fun() ->
                process_flag(trap_exit, true),
                call(Tracer, {started, Path, self()}),
                Supervisor ! {up, self()},
                worker(Tracer, Manner, Path)
            end),
            receive {up, Pid} -> {ok, Pid} end;
        fail -> {error, fail};
        ignore -> ignore
    end.

worker(Tracer, Manner, Path) ->
    receive
        {'EXIT', _, _} when Manner =:= stubborn -> worker(Tracer, Manner, Path);
        {'EXIT', _, Reason} -> leave(Tracer, Path, Reason);
        {die, crash} -> leave(Tracer, Path, boom);
        {die, How} -> leave(Tracer, Path, How)
    end.

leave(Tracer, Path, Reason) ->
    call(Tracer, {ended, Path, Reason}),
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
    {ok, write(["+", Path], State#{workers := Workers#{Path => Pid}})};
trace({ended, Path, Reason}, #{workers := Workers} = State) ->
    {ok, write(["-", Path, " ", reason(Reason)], State#{workers := maps:remove(Path, Workers)})};
trace({pid, Path}, #{workers := Workers} = State) ->
    {maps:get(Path, Workers, none), State};
trace(alive, #{workers := Workers} = State) ->
    {lists:sort(maps:keys(Workers)), State};
trace(lines, #{lines := Lines} = State) ->
    {Lines, State}.

%% Ends come in the order in which they happened; what is still on its way is looked up.
bury(State) ->
    receive
        {'DOWN', _, process, Pid, _} -> bury(ended(fun({_, Worker}) -> Worker =:= Pid end, State))
    after 0 ->
        ended(fun({_, Pid}) -> not is_process_alive(Pid) end, State)
    end.

ended(IsEnded, #{workers := Workers} = State) ->
    Dead = [Path || {Path, _} <- lists:filter(IsEnded, maps:to_list(Workers))],
    lists:foldl(fun(Path, Acc) ->
        write(["-", Path, " killed"], Acc#{workers := maps:remove(Path, maps:get(workers, Acc))})
    end, State, Dead).

write(Line, #{lines := Lines} = State) -> State#{lines := [Line | Lines]}.
