// One entry of the table: the file named by FILE, and its bytes twice, as C can tell the length of an array but not of a pointer.
{FILE,
 (const unsigned char[]){
#embed FILE
 },
 sizeof((const unsigned char[]){
#embed FILE
 })},
#undef FILE
