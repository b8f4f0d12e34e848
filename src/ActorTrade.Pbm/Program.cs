using ActorTrade.Pbm;

return await PbmProgram.RunAsync(args);
