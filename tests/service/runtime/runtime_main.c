#include "runtime_service.h"

int main(int argc, char **argv)
{
    return app_main(&runtime_app_service, argc, argv);
}
