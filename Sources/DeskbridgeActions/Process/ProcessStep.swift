package import DeskbridgeCore

/// A process as an action file defines it.
package struct ProcessStep: PlannableStep {
    let executable: String
    let executableLocation: SourceLocation
    let arguments: [ProcessArgument]
    let environment: ProcessEnvironment
    let directory: ProcessDirectory
    let input: ProcessInput
    let timeout: Duration
    let grace: Duration
    let exitCodes: ExitCodeRules
    let tail: Int
    let parsesJSON: Bool
    let limits: ResourceLimits
    /// Nil if the action names none: the process may then do what the user may.
    let sandbox: SandboxRequest?
    let support: @Sendable () -> SandboxSupport

    package var isAlwaysSafeToRepeat: Bool { false }

    package var resultType: FieldType {
        var members: [String: FieldDeclaration] = [
            "exitCode": FieldDeclaration(.integer), "stdout": FieldDeclaration(.string), "stderr": FieldDeclaration(.string),
            "stdoutDropped": FieldDeclaration(.integer, isOptional: true), "stderrDropped": FieldDeclaration(.integer, isOptional: true),
            "outputHeldOpen": FieldDeclaration(.boolean, isOptional: true),
        ]
        if sandbox != nil { members["sandbox"] = FieldDeclaration(.any) }
        if parsesJSON { members["json"] = FieldDeclaration(.any) }
        return .object(members: members)
    }

    package func violations(of grants: Grants) -> [DefinitionError] {
        let folders = sandbox?.violations(of: grants, executable: executable) ?? []
        if grants.allows(executable: executable) { return folders }
        return [
            DefinitionError(
                executableLocation, "the executable \(executable) is not granted; list it under grants.executables of a policy file")
        ] + folders
    }

    package func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> ProcessPlan {
        guard grants.allows(executable: executable) else {
            throw .refused(.notGranted, "the executable \(executable) is not granted")
        }
        var texts: [RenderedText] = []
        var optionsHaveEnded = false
        for (index, argument) in arguments.enumerated() {
            texts.append(try argument.render(fields, position: index + 1, optionsHaveEnded: optionsHaveEnded))
            if argument.endsOptions { optionsHaveEnded = true }
        }
        let plan = ProcessPlan(
            executable: executable, arguments: texts, environment: try environment.render(fields), directory: try directory.render(fields),
            input: try input.render(fields), timeout: timeout, grace: grace, exitCodes: exitCodes, tail: tail, parsesJSON: parsesJSON,
            limits: limits,
            sandbox: try sandbox?.plan(fields, executable: executable, grants: grants, support: support()),
            choosesDirectory: directory.literal == nil, secretTexts: fields.secretTexts)
        try plan.check()
        return plan
    }
}
