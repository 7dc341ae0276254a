#include "service/ingest_service.h"
#include "service/service.h"

int main(int argc, char** argv) {
  return plimsoll::market::run_service("data_ingest", argc, argv,
                                       plimsoll::market::IngestService::make);
}
