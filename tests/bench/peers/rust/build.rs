// Messages and services of the platform's contracts.
fn main() -> std::io::Result<()> {
    // Methods that nobody measures answer "unimplemented".
    tonic_prost_build::configure().build_client(false).generate_default_stubs(true).compile_protos(
        &["sotong/budget/v1/budget.proto", "grpc/health/v1/health.proto"],
        &["../../../../protos", "/usr/include", "/usr/share/grpc-proto"],
    )
}
