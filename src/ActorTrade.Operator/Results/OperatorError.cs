namespace ActorTrade.Operator;

/// <summary>Why a command was not done, and what to do next.</summary>
public sealed record OperatorError
{
    /// <summary>Stable, lower-case, dashed; what a script programs against.</summary>
    public string Code { get; init; } = "error";

    /// <summary>A sentence.</summary>
    public string Message { get; init; } = "";

    /// <summary>What the operator can do about it; null where there is nothing to say.</summary>
    public string? Next { get; init; }

    /// <summary>What the client ends with; one of <see cref="Operator.ExitCode"/>, or a later version's.</summary>
    public int ExitCode { get; init; } = (int)Operator.ExitCode.Error;

    /// <summary>The command line itself is wrong.</summary>
    public static OperatorError Usage(string code, string message, string next) =>
        Of(Operator.ExitCode.Configuration, code, message, next);

    public static OperatorError Of(ExitCode exit, string code, string message, string? next = null) =>
        new() { Code = code, Message = message, Next = next, ExitCode = (int)exit };
}

/// <summary>Ends a command with an error that is meant for the operator.</summary>
public sealed class OperatorException(OperatorError error) : Exception(error.Message)
{
    public OperatorException(ExitCode exit, string code, string message, string? next = null)
        : this(OperatorError.Of(exit, code, message, next))
    {
    }

    public OperatorError Error { get; } = error;
}
