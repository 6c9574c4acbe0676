extension PolicyFile {
    /// The JSON Schema of a policy file.
    package static let schema: JSONValue = MappingSchema([
        .optional(
            "rules", "Who may cause what: the first rule that matches decides, and where none does, the event is denied.",
            .list(of: PolicyRule.schema.value).orNothing),
        .optional(
            "visibility", "Who may see the events of others; everybody sees their own.",
            .list(of: VisibilityRule.schema.value).orNothing),
        .optional(
            "grants", "What any action may touch, whoever asks. Nothing is granted unless it is listed.", Grants.schema.value.orNothing),
    ]).value.orNothing.document(
        title: "Deskbridge policy",
        description: "A policy file of Deskbridge: who may cause what, who sees whose events, and what actions may touch.")
}
