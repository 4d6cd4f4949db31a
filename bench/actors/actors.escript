#!/usr/bin/env escript
%%! +P 1000000
%% The same in Erlang: a simple_one_for_one supervisor of so many processes. Prints start, bytes, restart, stop.
-mode(compile).
-export([init/1, start_link/1, loop/0]).

main([Arg]) ->
    logger:set_primary_config(level, none),
    Count = list_to_integer(Arg),
    {ok, Sup} = start_sup(self()),
    erlang:garbage_collect(),
    Empty = erlang:memory(total),
    {StartUs, Pids} = timer:tc(fun() -> [start(Sup) || _ <- lists:seq(1, Count)] end),
    [erlang:garbage_collect(P) || P <- [self(), Sup]],
    Bytes = (erlang:memory(total) - Empty) / Count,
    Every = max(1, Count div 200),
    Chosen = [P || {P, N} <- lists:zip(Pids, lists:seq(1, Count)), N rem Every =:= 0],
    Times = lists:sort([restart(P) || P <- Chosen]),
    Median = lists:nth(max(1, length(Times) div 2), Times),
    {StopUs, _} = timer:tc(fun() -> stop(Sup) end),
    io:format("{\"startMs\":~.3f,\"bytes\":~.1f,\"restartMs\":~.4f,\"stopMs\":~.3f}~n",
              [StartUs / 1000, Bytes, Median / 1000, StopUs / 1000]).

start_sup(Bench) ->
    Self = self(),
    spawn(fun() ->
        {ok, Sup} = supervisor:start_link(?MODULE, Bench),
        Self ! {sup, Sup},
        receive never -> ok end
    end),
    receive {sup, Sup} -> {ok, Sup} end.

init(Bench) ->
    Spec = #{id => a, start => {?MODULE, start_link, [Bench]}, restart => permanent, shutdown => 5000},
    {ok, {#{strategy => simple_one_for_one, intensity => 1000000, period => 1}, [Spec]}}.

start_link(Bench) ->
    Pid = proc_lib:spawn_link(?MODULE, loop, []),
    Bench ! {started, Pid},
    {ok, Pid}.

loop() -> receive _ -> loop() end.

start(Sup) ->
    {ok, Pid} = supervisor:start_child(Sup, []),
    receive {started, Pid} -> Pid end.

restart(Pid) ->
    {Us, _} = timer:tc(fun() -> exit(Pid, kill), receive {started, _} -> ok end end),
    Us.

%% A supervisor does not listen to an exit signal of anybody but its parent.
stop(Sup) -> gen_server:stop(Sup, shutdown, infinity).
