#include "service/scanner_service.h"
#include "service/service.h"

int main(int argc, char** argv) {
  return plimsoll::market::run_service("scanner", argc, argv,
                                       plimsoll::market::ScannerService::make);
}
