extension BridgeConfiguration {
    /// The JSON Schema of `deskbridge.yaml`.
    package static let schema: JSONValue = MappingSchema([
        section("listen", "Where the bridge listens: on this computer only.", ListenConfiguration.schema),
        section("limits", "What one client, one connection and one request may take.", LimitsConfiguration.schema),
        section("dispatch", "How accepted events are worked off.", DispatchConfiguration.schema),
        section("retention", "How long what is over is kept.", RetentionConfiguration.schema),
        section("tokens", "How long new tokens are good.", TokenConfiguration.schema),
        section("bus", "Whether programs on the D-Bus find the bridge there.", BusConfiguration.schema),
        section("log", "What is logged, and how it looks.", LogConfiguration.schema),
        .optional(
            "uplinks", "Servers to dial out to: none, for this version listens only.", .list(of: .anything, atMost: 0).orNothing,
            default: []),
    ]).value.orNothing.document(
        title: "Deskbridge configuration",
        description: "The settings of a bridge, deskbridge.yaml. It is read when the bridge starts, and every key may be left out.")

    private static func section(_ name: String, _ description: String, _ schema: MappingSchema) -> MappingSchema.Key {
        .optional(name, description, schema.value.orNothing)
    }
}
