using ActorTrade.Domain.Numerics;

namespace ActorTrade.Domain.Bots;

/// <summary>What a registration must be; the strategy itself checks the meaning of its parameters.</summary>
internal static class BotRegistration
{
    /// <summary>Null when it is well formed, else what is wrong, beginning with the field.</summary>
    public static string? Check(string key, Bot.Command.Register c)
    {
        if (c.Bot.ToString() != key)
        {
            return "Bot: is not the bot the command was sent to.";
        }

        if (c.Owner.Length is 0 or > Bot.NameLengthMax)
        {
            return $"Owner: needs 1 to {Bot.NameLengthMax} characters.";
        }

        if (c.Account == default)
        {
            return "Account: is missing.";
        }

        if (c.Strategy.Length is 0 or > Bot.NameLengthMax)
        {
            return $"Strategy: needs 1 to {Bot.NameLengthMax} characters.";
        }

        return CheckParameters(c.Parameters) ?? CheckInstruments(c) ?? c.Limits.Check();
    }

    private static string? CheckParameters(BotParameter[] parameters)
    {
        if (parameters.Length > Bot.ParametersMax)
        {
            return $"Parameters: at most {Bot.ParametersMax} are allowed.";
        }

        for (var i = 0; i < parameters.Length; i++)
        {
            var (name, value) = parameters[i];
            if (name.Length is 0 or > Bot.NameLengthMax || value.Length > Bot.ParameterLengthMax)
            {
                return $"Parameters: name {i + 1} needs 1 to {Bot.NameLengthMax} characters, its value at most {Bot.ParameterLengthMax}.";
            }

            if (i > 0 && string.CompareOrdinal(parameters[i - 1].Name, name) >= 0)
            {
                return $"Parameters: '{name}' is out of order or there twice.";
            }
        }

        return null;
    }

    private static string? CheckInstruments(Bot.Command.Register c)
    {
        if (c.Instruments.Length is 0 or > Bot.InstrumentsMax)
        {
            return $"Instruments: 1 to {Bot.InstrumentsMax} are allowed.";
        }

        if (c.Instruments.Select(i => i.Symbol).Distinct().Count() != c.Instruments.Length)
        {
            return "Instruments: a symbol is there twice.";
        }

        // One token has one number of decimals, or its results could not be added.
        var tokens = c.Instruments
            .SelectMany(
                i => new[] { (Token: i.Base, Decimals: i.BaseDecimals), (Token: i.Quote, Decimals: i.QuoteDecimals) })
            .Distinct()
            .ToList();
        if (tokens.Any(t => t.Decimals is < 0 or > TokenDecimals.Max))
        {
            return $"Instruments: decimals must be 0 to {TokenDecimals.Max}.";
        }

        return tokens.Select(t => t.Token).Distinct().Count() == tokens.Count
            ? null
            : "Instruments: a token has two different decimals.";
    }
}
