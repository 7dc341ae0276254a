#include "service/analytics_service.h"
#include "service/service.h"

int main(int argc, char** argv) {
  return plimsoll::market::run_service("analytics", argc, argv,
                                       plimsoll::market::AnalyticsService::make);
}
