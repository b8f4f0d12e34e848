namespace ActorTrade.EventSourcing.Records;

/// <summary>A value type that says itself how it is stored inside a record. The form is fixed for ever.</summary>
public interface IRecordField<TSelf>
    where TSelf : IRecordField<TSelf>
{
    static abstract void Write(RecordWriter writer, TSelf value);

    static abstract TSelf Read(RecordReader reader);
}
