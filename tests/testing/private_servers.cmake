# Servers of a test's own. Every test executable that is not a unit test links this (cmake/modules.cmake).
add_library(plimsoll_testing STATIC private_servers.cpp private_servers.h)
target_include_directories(plimsoll_testing PUBLIC ${CMAKE_SOURCE_DIR})
# Kept between runs: initdb takes longer than most tests.
target_compile_definitions(plimsoll_testing PRIVATE PLIMSOLL_FRESH_CLUSTERS="${CMAKE_BINARY_DIR}/fresh_clusters")
target_link_libraries(plimsoll_testing PUBLIC plimsoll_demo PRIVATE plimsoll_flags)
