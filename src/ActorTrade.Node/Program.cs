using ActorTrade.Node.Commands;

return await CommandLine.RunAsync(args);
