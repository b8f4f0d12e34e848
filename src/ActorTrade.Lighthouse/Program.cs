using ActorTrade.Lighthouse.Commands;

return await CommandLine.RunAsync(args);
